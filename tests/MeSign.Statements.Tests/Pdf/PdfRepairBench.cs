using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Documents that are broken in one way, and judges of what becomes of them.</summary>
public abstract partial class PdfRepairBench
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

    private protected static readonly Dictionary<string, string[]> Forms = new(StringComparer.Ordinal)
    {
        ["table"] = ["--object-streams=disable"],
        ["streams"] = ["--object-streams=generate"],
        ["linearized"] = ["--linearize"],
        ["linearized streams"] = ["--linearize", "--object-streams=generate"],
        ["AES-256"] = ["--object-streams=generate", "--encrypt", "", "owner", "256", "--"],
        ["AES-128"] = ["--object-streams=generate", "--encrypt", "", "owner", "128", "--use-aes=y", "--"],
        ["RC4"] = ["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"],
    };

    private protected static PdfBuilder StatementBuilder()
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

    private protected static byte[] Statement() => StatementBuilder().Table("/Root 1 0 R /ID [<00112233> <00112233>]");

    private protected static string Text(int page) => $"BT /F1 24 Tf 72 700 Td (Statement page {page}) Tj ET";

    private protected static async Task<byte[]> MakeAsync(string[] options)
    {
        using var folder = new TestFolder();
        var made = await Tool.RunAsync("qpdf", ["--deterministic-id", folder.Write("plain.pdf", Statement()), folder["made.pdf"], .. options]);
        if (made.ExitCode != 0)
            made = await Tool.RunAsync("qpdf", [folder["plain.pdf"], folder["made.pdf"], .. options]);
        made.ExitCode.ShouldBe(0, made.Output);
        return await File.ReadAllBytesAsync(folder["made.pdf"], TestContext.Current.CancellationToken);
    }

    private protected static byte[] Break(byte[] file, Damage damage)
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
    private protected static string Corrupt(string section)
    {
        var at = section.IndexOf("stream", StringComparison.Ordinal);
        return XrefEntry().Match(section) is { Success: true, Index: < 20 } ? XrefEntry().Replace(section, "00000x0000 65535 f", 1) : section[..(at + 10)] + "\u0001\u0002\u0003\u0004\u0005\u0006" + section[(at + 16)..];
    }

    private protected static byte[] Replace(byte[] file, string old, string @new) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace(old, @new, StringComparison.Ordinal));

    private protected static async Task<(byte[] Signed, PdfSignatureResult Result)> RepairAsync(SigningBench bench, byte[] file)
    {
        using var source = new MemoryStream(file, writable: false);
        using var target = new MemoryStream();
        var result = await bench.Signer.SignAsync(source, target, bench.Certification with { Repair = true }, TestContext.Current.CancellationToken);
        return (target.ToArray(), result);
    }

    private protected static async Task JudgeAsync(SigningBench bench, byte[] whole, byte[] damaged, byte[] signed)
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

    private protected static async Task<string> TextOfAsync(byte[] file)
    {
        using var folder = new TestFolder();
        return (await Tool.RunAsync("pdftotext", folder.Write("file.pdf", file), "-")).Output;
    }

    [GeneratedRegex("[0-9]{10} [0-9]{5} [nf]", RegexOptions.None, 1000)]
    private protected static partial Regex XrefEntry();
}
