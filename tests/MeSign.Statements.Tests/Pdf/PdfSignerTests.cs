namespace MeSign.Statements.Tests.Pdf;

public class PdfSignerTests
{
    [Fact]
    public async Task Certifies_a_document_with_a_table()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage().Table();

        var signed = await bench.SignAsync(original, bench.Certification);

        await SigningBench.JudgeAsync(original, signed);
    }

    [Theory]
    [InlineData("--linearize")]
    [InlineData("--object-streams=generate")]
    [InlineData("--object-streams=generate", "--linearize")]
    [InlineData("--qdf")]
    [InlineData("--force-version=1.3")]
    [InlineData("--force-version=2.0")]
    public async Task Signs_what_qpdf_writes(params string[] options)
    {
        var bench = await SigningBench.Shared;
        using var folder = new TestFolder();
        var plain = folder.Write("plain.pdf", PdfBuilder.OnePage().Table());
        await Tool.RunAsync("qpdf", [.. options, "--static-id", plain, folder["made.pdf"]]);
        var original = await File.ReadAllBytesAsync(folder["made.pdf"], TestContext.Current.CancellationToken);

        var signed = await bench.SignAsync(original);

        await SigningBench.JudgeAsync(original, signed);
    }

    [Fact]
    public async Task Three_signatures_stay_valid()
    {
        var bench = await SigningBench.Shared;
        var original = PdfBuilder.OnePage().Table();

        var once = await bench.SignAsync(original, bench.Certification with { Certify = 2 });
        var twice = await bench.SignAsync(once);
        var thrice = await bench.SignAsync(twice);

        await SigningBench.JudgeAsync(twice, thrice, signatures: 3);
    }

    [Fact]
    public async Task Refuses_a_document_certified_against_every_change()
    {
        var bench = await SigningBench.Shared;
        var certified = await bench.SignAsync(PdfBuilder.OnePage().Table(), bench.Certification);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(certified));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
    }
}
