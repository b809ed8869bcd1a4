using System.Text;
using MeSign.Statements.Pdf;
using MeSign.Statements.Tests.Signing;

namespace MeSign.Statements.Tests.Pdf;

public class PdfLongTermTests
{
    private static readonly byte[] Plain = PdfBuilder.OnePage().Table();

    [Theory]
    [InlineData(PadesLevel.BLT, true, true)]
    [InlineData(PadesLevel.BLT, true, false)]
    [InlineData(PadesLevel.BLTA, false, true)]
    [InlineData(PadesLevel.BLTA, true, true)]
    public async Task Certifies_at_the_level_asked_for(PadesLevel level, bool ocsp, bool crl)
    {
        await using var revocation = await TestRevocationServer.StartAsync(ocsp, crl);
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);

        var signed = await bench.SignAsync(Plain, bench.Certification with { Level = level });

        await SigningBench.JudgeAsync(Plain, signed, 1, revocation.Authority);
        var verdict = bench.Validate(signed);
        verdict.Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
        verdict.Signatures[0].Level.ShouldBe(level);
        verdict.Signatures[0].Certification.ShouldBe(1);
        verdict.Signatures[0].LaterChanges.ShouldAllBe(change => change.Kind == PdfChangeKind.ValidationData && change.Allowed);
        verdict.Signatures.Count.ShouldBe(level == PadesLevel.BLTA ? 2 : 1);
    }

    [Fact]
    public async Task Works_in_files_with_xref_streams_and_encryption()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        var stream = PdfBuilder.OnePage().XrefStream(4, (1, 4, 1));
        using var folder = new TestFolder();
        await Tool.RunAsync("qpdf", folder.Write("plain.pdf", Plain), folder["encrypted.pdf"], "--object-streams=generate", "--encrypt", "", "x", "256", "--");
        var encrypted = await File.ReadAllBytesAsync(folder["encrypted.pdf"], TestContext.Current.CancellationToken);

        foreach (var original in new[] { stream, encrypted })
        {
            var signed = await bench.SignAsync(original, bench.Certification with { Level = PadesLevel.BLTA });

            await SigningBench.JudgeAsync(original, signed, 1, revocation.Authority);
            bench.Validate(signed).Signatures[0].Level.ShouldBe(PadesLevel.BLTA);
        }
    }

    [Fact]
    public async Task Leaves_what_the_page_refers_to_and_the_document_does_not_have()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        // In the clear, and in an object stream.
        var content = $"/Contents [{string.Join(' ', Enumerable.Range(6, 20).Select(number => $"{number} 0 R"))}]";
        var page = $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> {content} >>";
        var packed = new PdfBuilder()
            .Object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .Stream(4, "/Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode", Convert.ToHexString(Encoding.Latin1.GetBytes("3 0 " + page)))
            .XrefStream(5, (1, 4, 1), [(3, 4, 0)]);

        foreach (var original in new[] { PdfBuilder.OnePage(pageExtra: content).Table(), packed })
        {
            var signed = await bench.SignAsync(original, bench.Certification with { Level = PadesLevel.BLTA });

            await SigningBench.JudgeAsync(original, signed, 1, revocation.Authority);
            bench.Validate(signed).Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Shares_fresh_answers_between_documents()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        await bench.SignAsync(Plain, bench.Certification with { Level = PadesLevel.BLT });
        var asked = revocation.Requests.Count;

        await bench.SignAsync(Plain, bench.Certification with { Level = PadesLevel.BLTA });

        revocation.Requests.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task Adds_to_a_store_that_is_there()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        var once = await bench.SignAsync(Plain, bench.Certification with { Certify = 2, Level = PadesLevel.BLT });

        var twice = await bench.SignAsync(once, bench.Certification with { Level = PadesLevel.BLT });

        await SigningBench.JudgeAsync(once, twice, 2, revocation.Authority);
        var verdict = bench.Validate(twice);
        verdict.Signatures.SelectMany(signature => signature.Problems).ShouldBeEmpty();
        verdict.Signatures.ShouldAllBe(signature => signature.Level == PadesLevel.BLT);
    }

    [Fact]
    public async Task Does_not_take_a_store_for_archived_that_came_after_the_timestamp()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        var signed = await bench.SignAsync(Plain, bench.Certification with { Level = PadesLevel.BLTA });
        var text = Encoding.Latin1.GetString(signed);
        var store = text[(text.IndexOf("/DSS ", StringComparison.Ordinal) + 5)..].Split(' ')[0];

        var emptied = PdfBuilder.Update(signed).Object(int.Parse(store), "<< /Type /DSS >>").Table();

        bench.Validate(emptied).Signatures[0].Level.ShouldBe(PadesLevel.BT);
    }

    [Fact]
    public async Task Builds_paths_with_the_certificates_of_the_store()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        var alone = bench.Identity with { Chain = [] };
        var signed = await bench.SignAsync(Plain, bench.Approval with { Identity = alone });

        var extended = PdfBuilder.Update(signed)
            .Object(1, "<< /Type /Catalog /Pages 2 0 R /DSS 30 0 R /AcroForm " + Form(signed) + " >>")
            .Object(30, "<< /Type /DSS /Certs [31 0 R 32 0 R] >>")
            .Stream(31, string.Empty, "no certificate")
            .Stream(32, string.Empty, Encoding.Latin1.GetString(revocation.Authority.Issuing.RawData))
            .Table();

        bench.Validate(signed).Signatures[0].Problems.ShouldHaveSingleItem().ShouldContain("leads to no trusted root");
        var verdict = bench.Validate(extended).Signatures[0];
        verdict.Problems.ShouldBeEmpty();
        verdict.Cms!.Signer!.Path!.Path.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Refuses_with_a_revoked_certificate()
    {
        await using var revocation = await TestRevocationServer.StartAsync();
        await using var bench = await SigningBench.StartAsync(8192, revocation.Authority);
        revocation.Revoke(bench.Identity.Certificate, TimeProvider.System.GetUtcNow().AddDays(-1));

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(Plain, bench.Certification with { Level = PadesLevel.BLT }));

        refusal.Code.ShouldBe(FailureCode.SigningCertificateRevoked);
    }

    private static string Form(byte[] signed)
    {
        var text = Encoding.Latin1.GetString(signed);
        return text[(text.LastIndexOf("/AcroForm ", StringComparison.Ordinal) + "/AcroForm ".Length)..].Split(" R")[0] + " R";
    }
}
