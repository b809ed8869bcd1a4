using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Every kind of damage to every kind of file: refused with what is wrong at which place; with repair, signed and whole.</summary>
public partial class PdfRepairTests
{
    public enum Damage
    {
        BadStartXref,
        NoStartXref,
        ShiftedOffsets,
        NoTrailer,
        TruncatedTail,
        CorruptSection,
        TextAroundHeader,
    }

    private static readonly Dictionary<string, string[]> Forms = new(StringComparer.Ordinal)
    {
        ["table"] = ["--object-streams=disable"],
        ["streams"] = ["--object-streams=generate"],
        ["linearized"] = ["--linearize"],
        ["linearized streams"] = ["--linearize", "--object-streams=generate"],
        ["AES-256"] = ["--object-streams=generate", "--encrypt", "", "owner", "256", "--"],
        ["AES-128"] = ["--object-streams=generate", "--encrypt", "", "owner", "128", "--use-aes=y", "--"],
        ["RC4"] = ["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"],
    };

    public static TheoryData<string, Damage> Everything()
    {
        var cases = new TheoryData<string, Damage>();
        foreach (var form in Forms.Keys)
        {
            foreach (var damage in Enum.GetValues<Damage>())
            {
                // The way into an encrypted document is in its trailer: in the one of a table whole, at its end.
                if (damage != Damage.NoTrailer ? damage != Damage.TruncatedTail || form != "RC4" : form is "table" or "streams")
                    cases.Add(form, damage);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Repairs_what_it_may(string form, Damage damage)
    {
        var bench = await SigningBench.Shared;
        var whole = await MakeAsync(Forms[form]);
        var damaged = Break(whole, damage);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(damaged));
        var (signed, result) = await RepairAsync(bench, damaged);

        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        refusal.Detail.ShouldMatch(@"^PDF damaged at byte \d+(, in object \d+ \d+)?: ");
        result.Repaired.ShouldBe(refusal.Detail);
        await JudgeAsync(bench, whole, damaged, signed);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("99999")]
    [InlineData("-1")]
    [InlineData("null")]
    public async Task Writes_a_stream_again_whose_length_is_wrong(string length)
    {
        var bench = await SigningBench.Shared;
        var whole = Statement();
        var damaged = Break(Replace(whole, $"/Length {Text(1).Length} ", $"/Length {length} "), Damage.BadStartXref);

        var (signed, _) = await RepairAsync(bench, damaged);

        await JudgeAsync(bench, whole, damaged, signed);
    }

    [Fact]
    public async Task Writes_an_object_again_that_is_not_closed()
    {
        var bench = await SigningBench.Shared;
        var whole = Statement();
        var at = Encoding.Latin1.GetString(whole).IndexOf("endobj", StringComparison.Ordinal);
        byte[] damaged = [.. whole[..at], .. whole[(at + "endobj\n".Length)..]];

        var (signed, _) = await RepairAsync(bench, damaged);

        await JudgeAsync(bench, whole, damaged, signed);
    }

    [Fact]
    public async Task The_last_definition_of_an_object_wins()
    {
        var bench = await SigningBench.Shared;
        var updated = PdfBuilder.Update(Statement()).Stream(11, string.Empty, Text(9)).Table();

        var (signed, _) = await RepairAsync(bench, Break(updated, Damage.BadStartXref));

        (await TextOfAsync(signed)).ShouldContain("Statement page 9");
        (await TextOfAsync(signed)).ShouldNotContain("Statement page 1");
    }

    [Fact]
    public async Task An_attached_pdf_is_not_taken_for_the_document()
    {
        var bench = await SigningBench.Shared;
        var inner = Encoding.Latin1.GetString(Replace(Statement(), "Statement page", "Attachment page"));
        var whole = StatementBuilder().Stream(30, "/Type /EmbeddedFile", inner).Object(31, "30").Table();

        var (signed, _) = await RepairAsync(bench, Break(whole, Damage.BadStartXref));

        (await TextOfAsync(signed)).ShouldBe(await TextOfAsync(whole));
    }

    [Fact]
    public async Task A_length_that_stands_after_its_stream_is_found()
    {
        var bench = await SigningBench.Shared;
        var inner = Encoding.Latin1.GetString(Statement());
        var whole = StatementBuilder()
            .Object(30, $"<< /Type /EmbeddedFile /Length 31 0 R >>\nstream\n{inner}\nendstream")
            .Object(31, inner.Length.ToString(CultureInfo.InvariantCulture)).Table();

        var (signed, _) = await RepairAsync(bench, Break(whole, Damage.BadStartXref));

        await JudgeAsync(bench, whole, Break(whole, Damage.BadStartXref), signed);
    }

    [Theory]
    [InlineData("13 0 obj", 50, "a stream that begins here has no end")]
    [InlineData("13 0 obj", 4, "object 13, which others refer to, is not there")]
    [InlineData("4 0 obj", 20, "It cannot be repaired: PDF damaged at byte ")]
    public async Task Refuses_what_is_cut_short(string last, int kept, string missing)
    {
        var bench = await SigningBench.Shared;
        var whole = Statement();
        var cut = Encoding.Latin1.GetString(whole).IndexOf("\n" + last, StringComparison.Ordinal) + 1 + kept;

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, whole[..cut]));

        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        refusal.Detail.ShouldContain("It cannot be repaired: ");
        refusal.Detail.ShouldContain(missing);
    }

    [Fact]
    public async Task Refuses_an_update_that_is_cut_short()
    {
        var bench = await SigningBench.Shared;
        var updated = PdfBuilder.Update(Statement()).Stream(11, string.Empty, Text(9) + new string(' ', 70_000)).Object(12, "<< /Length 0 >>\nstream\n\nendstream").Table();
        var cut = Encoding.Latin1.GetString(updated).LastIndexOf("\n12 0 obj", StringComparison.Ordinal);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, updated[..(cut + 1)]));

        refusal.Detail.ShouldContain("is cut short");
    }

    [Theory]
    [InlineData("RC4", false)]
    [InlineData("AES-256 table", true)]
    public async Task An_encrypted_document_without_its_trailer_needs_no_id_or_is_refused(string form, bool opens)
    {
        var bench = await SigningBench.Shared;
        var whole = await MakeAsync(Forms.GetValueOrDefault(form, ["--encrypt", "", "owner", "256", "--"]));
        var damaged = Break(whole, Damage.NoTrailer);

        if (opens)
        {
            await JudgeAsync(bench, whole, damaged, (await RepairAsync(bench, damaged)).Signed);
            return;
        }

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, damaged));
        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
        refusal.Detail.ShouldContain("encrypted");
    }

    [Fact]
    public async Task Refuses_a_signed_document()
    {
        var bench = await SigningBench.Shared;
        var signed = await bench.SignAsync(Statement());

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, Break(signed, Damage.BadStartXref)));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
    }

    [Theory]
    [InlineData("%PDF-1.4\n")]
    [InlineData("%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj")]
    [InlineData("%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj 2 0 obj << /Type /Pages /Count 1 /Kids [2 0 R] >> endobj")]
    [InlineData("%PDF-1.4\ntrailer << /Root 1 0 R /Prev 9 >>\n1 0 obj 1 0 R endobj")]
    [InlineData("%PDF-1.4\n1 0 obj << /Type /ObjStm /N 1 /First 4 /Length 20 >> stream\n1 0 << /A 1 0 R >>  \nendstream endobj")]
    [InlineData("%PDF-1.4\n99999999999999999999 0 obj 1 endobj 8388607 0 obj 1 endobj")]
    public async Task Refuses_what_holds_no_document(string file)
    {
        var bench = await SigningBench.Shared;

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, Encoding.Latin1.GetBytes(file)));

        refusal.Code.ShouldBe(FailureCode.DocumentDamaged);
    }

    [Theory]
    [InlineData("1 0 obj\n")]
    [InlineData("1 0 obj (")]
    [InlineData("1 0 obj [<<")]
    [InlineData("1 0 obj << >> stream\n")]
    [InlineData("1 0 obj << /Length 1 0 R >> stream\nendstream ")]
    [InlineData("1 0 obj << /Length 1 0 R >> stream\n7 0 obj endstream ")]
    [InlineData("trailer << ")]
    [InlineData("trailer << /Root 1 0 R /Size 3 >>")]
    public async Task Noise_costs_bounded_time_and_memory(string noise)
    {
        var bench = await SigningBench.Shared;
        var file = Encoding.Latin1.GetBytes("%PDF-1.4\n" + string.Concat(Enumerable.Repeat(noise, (4 << 20) / noise.Length)));
        var before = GC.GetTotalAllocatedBytes();

        await Should.ThrowAsync<StatementFailedException>(() => RepairAsync(bench, file));

        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(4L << 30);
    }

    private static PdfBuilder StatementBuilder()
    {
        var builder = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [4 0 R 5 0 R 6 0 R] /Count 3 >>")
            .Object(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
        for (var page = 1; page <= 3; page++)
        {
            builder.Object(3 + page, $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {10 + page} 0 R >>");
            builder.Stream(10 + page, string.Empty, Text(page));
        }

        return builder;
    }

    private static byte[] Statement() => StatementBuilder().Table("/Root 1 0 R /ID [<00112233> <00112233>]");

    private static string Text(int page) => $"BT /F1 24 Tf 72 700 Td (Statement page {page}) Tj ET";

    private static async Task<byte[]> MakeAsync(string[] options)
    {
        using var folder = new TestFolder();
        var made = await Tool.RunAsync("qpdf", ["--deterministic-id", folder.Write("plain.pdf", Statement()), folder["made.pdf"], .. options]);
        if (made.ExitCode != 0)
            made = await Tool.RunAsync("qpdf", [folder["plain.pdf"], folder["made.pdf"], .. options]);
        made.ExitCode.ShouldBe(0, made.Output);
        return await File.ReadAllBytesAsync(folder["made.pdf"], TestContext.Current.CancellationToken);
    }

    private static byte[] Break(byte[] file, Damage damage)
    {
        var text = Encoding.Latin1.GetString(file);
        var end = text.LastIndexOf("startxref", StringComparison.Ordinal);
        var section = (int)PdfBuilder.StartXref(file);
        var header = text.IndexOf('\n', text.IndexOf('\n', StringComparison.Ordinal) + 1) + 1;
        return Encoding.Latin1.GetBytes(damage switch
        {
            Damage.BadStartXref => string.Create(CultureInfo.InvariantCulture, $"{text[..end]}startxref\n{header + 3}\n%%EOF\n"),
            Damage.NoStartXref => text.Replace("startxref", "startxxxx", StringComparison.Ordinal),
            Damage.ShiftedOffsets => $"{text[..header]}% a line that a gateway put in\n{text[header..]}",
            // A linearized file has two.
            Damage.NoTrailer => text[..section],
            Damage.TruncatedTail => text[..(end - 10)],
            Damage.CorruptSection => $"{text[..(section + 4)]}{Corrupt(text[(section + 4)..end])}{text[end..]}",
            _ => $"From: gateway@bank.example\r\n\r\n{text[..header]}% and after it\n{text[header..]}",
        });
    }

    // Of a table its first entry, of a stream what it holds.
    private static string Corrupt(string section)
    {
        var at = section.IndexOf("stream", StringComparison.Ordinal);
        return XrefEntry().Match(section) is { Success: true, Index: < 20 } ? XrefEntry().Replace(section, "00000x0000 65535 f", 1) : section[..(at + 10)] + "\u0001\u0002\u0003\u0004\u0005\u0006" + section[(at + 16)..];
    }

    private static byte[] Replace(byte[] file, string old, string @new) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace(old, @new, StringComparison.Ordinal));

    private static async Task<(byte[] Signed, PdfSignatureResult Result)> RepairAsync(SigningBench bench, byte[] file)
    {
        using var source = new MemoryStream(file, writable: false);
        using var target = new MemoryStream();
        var result = await bench.Signer.SignAsync(source, target, bench.Certification with { Repair = true }, TestContext.Current.CancellationToken);
        return (target.ToArray(), result);
    }

    private static async Task JudgeAsync(SigningBench bench, byte[] whole, byte[] damaged, byte[] signed)
    {
        signed.AsSpan(0, damaged.Length).SequenceEqual(damaged).ShouldBeTrue("what came in is a prefix");
        using var folder = new TestFolder();
        var file = folder.Write("signed.pdf", signed);

        var judged = await Tool.RunAsync("qpdf", "--check", file);
        judged.ExitCode.ShouldBe(0, judged.Output);
        (await Tool.RunAsync("qpdf", "--show-npages", file)).Output.Trim().ShouldBe("3");
        (await TextOfAsync(signed)).ShouldBe(await TextOfAsync(whole));
        (await TextOfAsync(signed)).ShouldContain("Statement page 3");
        var seen = await Tool.RunAsync("pdfsig", "-nocert", file);
        seen.Output.ShouldContain("Signature is Valid");
        seen.Output.ShouldContain("Total document signed");
        bench.Validate(signed).Signatures[^1].Problems.ShouldBeEmpty();
    }

    private static async Task<string> TextOfAsync(byte[] file)
    {
        using var folder = new TestFolder();
        return (await Tool.RunAsync("pdftotext", folder.Write("file.pdf", file), "-")).Output;
    }

    [GeneratedRegex("[0-9]{10} [0-9]{5} [nf]", RegexOptions.None, 1000)]
    private static partial Regex XrefEntry();
}
