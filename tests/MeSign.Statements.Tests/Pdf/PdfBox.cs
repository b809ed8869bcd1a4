using System.Reflection;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>PDFBox as a judge: another parser, with BouncyCastle's Java verifying what it finds.</summary>
internal static class PdfBox
{
    // Where Debian's libpdfbox2-java, libbcmail-java and what they need put their archives.
    private static readonly string ClassPath = string.Join(
        ':', new[] { "pdfbox2", "fontbox2", "commons-logging", "bcprov", "bcpkix", "bcmail", "bcutil" }.Select(name => $"/usr/share/java/{name}.jar"));

    /// <returns>For each file its lines without the file's name: <c>pages 1</c>, <c>ETSI.CAdES.detached valid</c>, <c>DSS present</c>.</returns>
    public static async Task<ILookup<string, string>> JudgeAsync(TestFolder folder, params string[] files)
    {
        await using var program = Assembly.GetExecutingAssembly().GetManifestResourceStream("PdfBoxJudge.java")!;
        using var text = new MemoryStream();
        await program.CopyToAsync(text, TestContext.Current.CancellationToken);
        var source = folder.Write("PdfBoxJudge.java", text.ToArray());
        var run = await Tool.RunAsync("java", ["-cp", ClassPath, source, .. files]);
        run.ExitCode.ShouldBe(0, run.Output);
        return run.Output.Split('\n')
            .Select(line => line.Split('\t'))
            .Where(line => line.Length == 3)
            .ToLookup(line => line[0], line => $"{line[1]} {line[2]}");
    }
}
