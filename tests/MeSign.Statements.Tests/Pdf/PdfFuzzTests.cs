using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using MeSign.Statements.Pdf;
using MeSign.Statements.Tests.Signing;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>
/// Mutations of files of every structure, signed or refused with a code, and validated, within their time. A moment of it runs with
/// the other tests; <c>MESIGN_FUZZ_MINUTES=10 dotnet run --project tests/MeSign.Statements.Tests -- -explicit only -class "*.PdfFuzzTests"</c>
/// runs for as long as it is told.
/// </summary>
public class PdfFuzzTests
{
    // What the format's parsers branch on.
    private static readonly string[] Tokens =
    [
        "<<", ">>", "[", "]", "(", ")", "<", ">", "/", "%", "obj", "endobj", "stream", "endstream", "xref", "trailer", "startxref", "%%EOF",
        " R", "null", "0", "-1", "1", "9999999999", "99999999999999999999", "65536", "/Length", "/Prev", "/XRefStm", "/Kids", "/Parent",
        "/Type", "/ObjStm", "/XRef", "/Encrypt", "/ByteRange", "/Contents", "/W", "/Index", "/Size", "/Root", "/AcroForm", "/Fields",
        "/Annots", "/Filter", "/FlateDecode", "/LZWDecode", "/DecodeParms", "/Predictor", "/DSS", "/Perms", "/DocMDP", "/FieldMDP", "/Lock", "/V", "/P", "/AP", "/N", "/First",
        "/Extends", "/CF", "/StmF", "/StrF", "/AESV3", "/V2", "/O", "/U", "/ID", "/Rect", "/FT", "/Sig", "1 0 R", "4 0 R", "2147483647", "-9223372036854775808", "\r", "\n", "\0",
    ];

    // For files of a few kilobytes: what the limits on decompression allow, several times over.
    private const long MostBytes = 1L << 30;

    private static readonly Gen<(int Kind, double Place, int Length, int Value)> Mutation =
        Gen.Select(Gen.Int[0, 8], Gen.Double.Unit, Gen.Int[0, 64], Gen.Int[0, 255]);

    /// <summary>The same mutations each time, so that the tests say the same of the same code; new ones are for the minutes.</summary>
    [Fact]
    public async Task A_moment_of_mutations()
    {
        var bench = await SigningBench.Shared;
        var mutations = Mutations(await SeedsAsync(bench));

        var random = new PCG(1, 20261129);
        for (var count = 0; count < 4000; count++)
            Try(bench, mutations.Generate(random, null, out _));
    }

    [Fact(Explicit = true)]
    public async Task Minutes_of_mutations()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("MESIGN_FUZZ_MINUTES") ?? "10", CultureInfo.InvariantCulture);
        var bench = await SigningBench.Shared;

        Mutations(await SeedsAsync(bench)).Sample(file => Try(bench, file), time: Math.Max(1, (int)(minutes * 60)), threads: 1, print: Convert.ToBase64String);
    }

    private static Gen<byte[]> Mutations(List<byte[]> seeds) =>
        Gen.Select(Gen.Int[0, seeds.Count - 1].Select(index => seeds[index]), Mutation.List[1, 6]).Select(input => input.Item2.Aggregate(input.Item1, Apply));

    private static void Try(SigningBench bench, byte[] file)
    {
        var watch = Stopwatch.StartNew();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var signed = bench.SignAsync(file).GetAwaiter().GetResult();
            signed.AsSpan(0, file.Length).SequenceEqual(file).ShouldBeTrue("the original is a prefix");
            var verdict = bench.Validate(signed);
            verdict.Signatures[^1].Problems.ShouldBeEmpty("what was signed is valid");
        }
        catch (StatementFailedException refusal)
        {
            refusal.Code.ShouldBeOneOf(
                FailureCode.DocumentNotPdf, FailureCode.DocumentDamaged, FailureCode.DocumentEncrypted, FailureCode.DocumentNotSupported, FailureCode.DocumentSigningNotAllowed);
        }

        try
        {
            bench.Validate(file);
        }
        catch (StatementFailedException)
        {
            // Refused as well.
        }

        // Twenty times what is granted a megabyte: machines stall.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(40));
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(MostBytes);
    }

    private static byte[] Apply(byte[] file, (int Kind, double Place, int Length, int Value) mutation)
    {
        if (file.Length == 0)
            return file;

        var at = (int)(mutation.Place * (file.Length - 1));
        var length = Math.Min(mutation.Length, file.Length - at);
        var token = Encoding.Latin1.GetBytes(Tokens[mutation.Value % Tokens.Length]);
        return mutation.Kind switch
        {
            0 => [.. file[..at], (byte)mutation.Value, .. file[(at + 1)..]],
            1 => [.. file[..at], .. file[(at + length)..]],
            2 => [.. file[..at], .. token, .. file[at..]],
            3 => [.. file[..at], .. token, .. file[Math.Min(file.Length, at + token.Length)..]],
            4 => [.. file[..(at + length)], .. file[at..]],
            5 => file[..at],
            6 => Renumber(file, at, mutation.Value),
            7 => [.. file[..at], .. file[(file.Length * mutation.Value / 256)..Math.Min(file.Length, (file.Length * mutation.Value / 256) + (16 * length))], .. file[at..]],
            _ => Redefine(file, 1 + (mutation.Length % 12), 1 + (mutation.Value % 12)),
        };
    }

    // The next digit after a place: offsets, object numbers, lengths, generations.
    private static byte[] Renumber(byte[] file, int at, int value)
    {
        var digit = file.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        var changed = (byte[])file.Clone();
        if (digit >= 0)
            changed[at + digit] = (byte)('0' + (value % 10));
        return changed;
    }

    // An update that gives one object the body of another, as attacks on signed documents do.
    private static byte[] Redefine(byte[] file, int number, int other)
    {
        var text = Encoding.Latin1.GetString(file);
        var body = text.LastIndexOf($"\n{other} 0 obj", StringComparison.Ordinal);
        var end = body < 0 ? -1 : text.IndexOf("endobj", body, StringComparison.Ordinal);
        var start = text.LastIndexOf("startxref", StringComparison.Ordinal);
        if (end < 0 || start < 0 || !long.TryParse(text[(start + 9)..].Trim().Split('\n', '\r')[0], CultureInfo.InvariantCulture, out _))
            return file;

        body = text.IndexOf("obj", body, StringComparison.Ordinal) + 3;
        return PdfBuilder.Update(file).Object(number, text[body..end]).Table();
    }

    private static async Task<List<byte[]>> SeedsAsync(SigningBench bench)
    {
        using var folder = new TestFolder();
        var plain = PdfBuilder.OnePage("/AcroForm << /Fields [6 0 R] >> /Metadata 7 0 R", "/Contents 4 0 R /Annots [6 0 R]")
            .Stream(4, "", "0 0 m 9 9 l S")
            .Object(6, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (1) /Rect [0 0 9 9] /P 3 0 R >>")
            .Stream(7, "/Type /Metadata", "<x/>")
            .Table();
        var seeds = new List<byte[]>
        {
            plain,
            PdfBuilder.OnePage().XrefStream(4, (1, 4, 1)),
            PdfBuilder.OnePage("/AcroForm 6 0 R").Stream(4, "/Type /ObjStm /N 1 /First 4", "6 0 << /Fields [] >>").Hybrid(5, [(6, 4, 0)]),
            await bench.SignAsync(plain, bench.Approval),
            await bench.SignAsync(await bench.SignAsync(plain, bench.Certification with { Certify = 2 })),
        };
        await using (var revocation = await TestRevocationServer.StartAsync())
        {
            await using var archive = await SigningBench.StartAsync(8192, revocation.Authority);
            seeds.Add(await archive.SignAsync(seeds[1], archive.Certification with { Level = PadesLevel.BLTA }));
        }

        var file = folder.Write("plain.pdf", plain);
        string[][] ways = [["--linearize", "--object-streams=generate"], ["--encrypt", "", "x", "256", "--"], ["--allow-weak-crypto", "--encrypt", "", "x", "128", "--use-aes=y", "--"], ["--allow-weak-crypto", "--encrypt", "", "x", "40", "--"]];
        foreach (var options in ways)
        {
            await Tool.RunAsync("qpdf", [file, folder["made.pdf"], .. options]);
            seeds.Add(await File.ReadAllBytesAsync(folder["made.pdf"], TestContext.Current.CancellationToken));
        }

        return seeds;
    }
}
