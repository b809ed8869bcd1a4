using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Files made to cost a reader dear: each is signed and validated, or refused, by signer and validator alike, for little memory.</summary>
public class PdfHostileTests
{
    // What the readers' own limits let one document take, far below what the files ask for.
    private const long MostBytes = 1L << 30;

    [Fact]
    public Task Hidden_sections_in_a_loop() => Refuse(() =>
    {
        var file = PdfBuilder.OnePage().Table("/Root 1 0 R /XRefStm 00000");
        return Replace(file, "/XRefStm 00000", $"/XRefStm {PdfBuilder.StartXref(file):D5}");
    });

    [Fact]
    public Task A_stream_whose_length_is_itself() => Refuse(() => new PdfBuilder()
        .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
        .Object(4, "<< /Type /ObjStm /N 1 /First 4 /Length 4 0 R >>\nstream\n2 0 << >>\nendstream")
        .XrefStream(5, (1, 4, 2), [(2, 4, 0)]));

    [Fact]
    public Task An_object_stream_inside_itself() => Refuse(() => PdfBuilder.OnePage("/AcroForm 4 0 R")
        .Object(6, "null")
        .XrefStream(5, (1, 4, 2), [(4, 4, 0)]));

    [Fact]
    public Task A_bomb_as_object_stream() => Refuse(() =>
    {
        var bomb = Encoding.Latin1.GetString(Deflate(Deflate(new byte[512 << 20])));
        return PdfBuilder.OnePage("/AcroForm 7 0 R")
            .Stream(4, "/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]", bomb)
            .XrefStream(5, (1, 4, 2), [(7, 4, 0)]);
    });

    [Fact]
    public Task A_compressed_stream_that_asks_for_a_dictionary() => Refuse(() => PdfBuilder.OnePage("/AcroForm 7 0 R")
        // RFC 1950 §2.2: FDICT is set.
        .Stream(4, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", "\x78\x20\0\0\0\x01and so on")
        .XrefStream(5, (1, 4, 2), [(7, 4, 0)]));

    [Theory]
    [InlineData("/W [1 4 2]", "/W [1 9999999999999999999 2]")]
    [InlineData("/W [1 4 2]", "/W [0 0 0]    ")]
    [InlineData("/Size 6", "/Size 999999999999999999")]
    [InlineData("/Index [", "/Index [0 8388608 ")]
    [InlineData("/Index [", "/Index [-1 9 ")]
    [InlineData("startxref\n", "startxref\n9999999999999999999")]
    [InlineData("startxref\n", "startxref\n9223372036854775807\n")]
    public async Task Gigantic_numbers(string old, string @new) =>
        await EndAsync(Replace(PdfBuilder.OnePage().XrefStream(5, (1, 4, 2)), old, @new));

    [Fact]
    public async Task Every_beginning_of_a_file()
    {
        var bench = await SigningBench.Shared;
        var file = await bench.SignAsync(PdfBuilder.OnePage().XrefStream(4, (1, 4, 2)));

        for (var length = 0; length < file.Length; length += 97)
            await EndAsync(file[..length]);
    }

    [Theory]
    [InlineData("/Kids", "<< /FT /Tx /T (a) /Kids [6 0 R] >>")]
    [InlineData("/Parent", "<< /FT /Sig /T (a) /Kids [7 0 R] /Parent 7 0 R >>")]
    public async Task Fields_in_a_circle(string key, string field)
    {
        var file = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >>").Object(6, field).Object(7, $"<< /T (b) {key} [6 0 R] >>").Table();

        await EndAsync(file);
    }

    [Fact]
    public Task Fields_whose_names_grow_from_level_to_level() => Refuse(() =>
    {
        var name = new string('x', 2_000);
        var file = PdfBuilder.OnePage("/AcroForm << /Fields [10 0 R] >>");
        for (var number = 10; number < 2_010; number++)
            file.Object(number, $"<< /T ({name}) /Kids [{number + 1} 0 R] >>");
        return file.Object(2_010, "<< /FT /Tx /T (end) >>").Table();
    });

    [Fact]
    public async Task References_in_a_circle() => await EndAsync(
        PdfBuilder.OnePage("/AcroForm 6 0 R", "/Annots 6 0 R").Object(6, "7 0 R").Object(7, "6 0 R").Table());

    [Fact]
    public async Task Ten_thousand_revisions()
    {
        var bench = await SigningBench.Shared;
        var file = Revisions(await bench.SignAsync(PdfBuilder.OnePage().Table()), 10_000);

        var signed = await bench.SignAsync(file);

        var verdict = bench.Validate(signed);
        verdict.Signatures[^1].Problems.ShouldBeEmpty();
        verdict.Signatures[0].IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task More_signatures_than_anybody_makes()
    {
        var bench = await SigningBench.Shared;
        var fields = string.Join(' ', Enumerable.Range(10, 5_000).Select(number => $"{number} 0 R"));
        var file = PdfBuilder.OnePage($"/AcroForm << /Fields [{fields}] >>");
        for (var number = 10; number < 5_010; number++)
            file.Object(number, $"<< /FT /Sig /T (S{number}) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> >>");

        var verdict = bench.Validate(file.Table());

        verdict.IsValid.ShouldBeFalse();
        verdict.Signatures.Count.ShouldBeLessThanOrEqualTo(1000);
    }

    private static byte[] Revisions(byte[] file, int count)
    {
        var start = PdfBuilder.StartXref(file);
        using var all = new MemoryStream();
        all.Write(file);
        for (var revision = 0; revision < count; revision++)
        {
            var section = all.Length;
            all.Write(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"xref\n0 0\ntrailer\n<< /Size 99 /Root 1 0 R /Prev {start} >>\nstartxref\n{section}\n%%EOF\n")));
            start = section;
        }

        return all.ToArray();
    }

    private static byte[] Deflate(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var packer = new ZLibStream(packed, CompressionLevel.Fastest))
            packer.Write(data);
        return packed.ToArray();
    }

    private static byte[] Replace(byte[] file, string old, string @new)
    {
        var text = Encoding.Latin1.GetString(file);
        text.ShouldContain(old);
        return Encoding.Latin1.GetBytes(text.Replace(old, @new, StringComparison.Ordinal));
    }

    private static async Task Refuse(Func<byte[]> make) => (await EndAsync(make())).ShouldBe(FailureCode.DocumentDamaged);

    /// <summary>Signs and validates; a refusal with a code is an end as well.</summary>
    private static async Task<FailureCode?> EndAsync(byte[] file)
    {
        var bench = await SigningBench.Shared;
        var before = GC.GetAllocatedBytesForCurrentThread();
        FailureCode? code = null;
        try
        {
            var signed = await bench.SignAsync(file);
            bench.Validate(signed).Signatures[^1].Problems.ShouldBeEmpty();
        }
        catch (StatementFailedException refusal)
        {
            code = refusal.Code;
        }

        try
        {
            bench.Validate(file);
        }
        catch (StatementFailedException refusal)
        {
            code ??= refusal.Code;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostBytes);
        return code;
    }
}
