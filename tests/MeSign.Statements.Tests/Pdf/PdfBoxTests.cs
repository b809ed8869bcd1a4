using MeSign.Statements.Pdf;
using MeSign.Statements.Tests.Signing;

namespace MeSign.Statements.Tests.Pdf;

public class PdfBoxTests
{
    [Fact]
    public async Task Reads_and_verifies_every_level_and_structure()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        using var folder = new TestFolder();
        var table = PdfBuilder.OnePage().Table();
        var plain = folder.Write("plain.pdf", table);
        await Tool.RunAsync("qpdf", plain, folder["encrypted.pdf"], "--encrypt", "", "x", "256", "--");
        await Tool.RunAsync("qpdf", plain, folder["linearized.pdf"], "--linearize", "--object-streams=generate");
        var encrypted = await File.ReadAllBytesAsync(folder["encrypted.pdf"], TestContext.Current.CancellationToken);
        var linearized = await File.ReadAllBytesAsync(folder["linearized.pdf"], TestContext.Current.CancellationToken);
        var stream = PdfBuilder.OnePage().XrefStream(4, (1, 4, 1));

        var once = folder.Write("once.pdf", await bench.SignAsync(table, bench.Certification));
        var archived = folder.Write("archived.pdf", await bench.SignAsync(stream, bench.Certification with { Level = PadesLevel.BLTA }));
        var locked = folder.Write("locked.pdf", await bench.SignAsync(encrypted, bench.Certification with { Level = PadesLevel.BLTA }));
        var thrice = folder.Write("thrice.pdf", await bench.SignAsync(await bench.SignAsync(await bench.SignAsync(linearized))));

        var seen = await PdfBox.JudgeAsync(folder, once, archived, locked, thrice);
        seen[once].ShouldBe(["pages 1", "ETSI.CAdES.detached valid"]);
        seen[archived].ShouldBe(["pages 1", "ETSI.CAdES.detached valid", "ETSI.RFC3161 valid", "DSS present"], ignoreOrder: true);
        seen[locked].ShouldBe(["pages 1", "ETSI.CAdES.detached valid", "ETSI.RFC3161 valid", "DSS present"], ignoreOrder: true);
        seen[thrice].ShouldBe(["pages 1", "ETSI.CAdES.detached valid", "ETSI.CAdES.detached valid", "ETSI.CAdES.detached valid"]);
    }
}
