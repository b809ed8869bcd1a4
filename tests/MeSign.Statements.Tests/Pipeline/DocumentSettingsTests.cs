using System.Text;
using MeSign.Statements.Ledger;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Pdf;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What an issuer's settings make of documents: levels, certification, passwords, and each refusal.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class DocumentSettingsTests(SandboxFixture fixture)
{
    private const string Pdf = "MeSign:Issuers:example-bank:Pdf";
    private const string Password = "only the bank knows";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("B-LT", "1", PadesLevel.BLT, 1)]
    [InlineData("B-LTA", "2", PadesLevel.BLTA, 2)]
    [InlineData("B-B", "approval", PadesLevel.BB, null)]
    public async Task A_statement_leaves_at_the_level_and_with_the_certification_that_are_set(string level, string certify, PadesLevel reached, int? certification)
    {
        await using var run = await fixture.StartAsync(
            ($"{Pdf}:Level", level), ($"{Pdf}:Certify", certify));
        var job = TestJob.For(SandboxFixture.Ec, encryption: "never");
        await run.SendAsync(job);

        await run.SealAndDeliverAsync();

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed, (await run.RowAsync(job)).Detail);
        var signed = await AttachmentAsync(run);
        signed.AsSpan(0, job.Document.Length).SequenceEqual(job.Document).ShouldBeTrue();
        var anchors = TrustAnchors.Load([fixture.Sandbox.Folder.Root]);
        var signature = new PdfSignatureValidator(new CmsVerifier(anchors, anchors, CrlSet.None, TimeProvider.System)).Validate(new MemoryStream(signed)).Signatures[0];
        signature.Problems.ShouldBeEmpty();
        (signature.Level, signature.Certification).ShouldBe((reached, certification));
    }

    [Fact]
    public async Task Waits_where_revocation_data_for_the_level_cannot_be_had()
    {
        // The sandbox's lists are on loopback.
        await using var run = await fixture.StartAsync(($"{Pdf}:Level", "B-LT"), ("MeSign:Revocation:AllowPrivateAddresses", "false"));
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        (row.State, row.Code, row.Reported).ShouldBe((StatementState.Received, null, false));
        (await run.ResultsAsync()).ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync(jobs: 1);
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_encrypted_document_is_signed_and_mailed_with_the_issuers_password()
    {
        using var folder = new TestFolder();
        await using var run = await fixture.StartAsync(($"{Pdf}:DocumentPasswordFile", folder.Write("password", Encoding.UTF8.GetBytes(Password + "\n"))));
        var job = TestJob.For(SandboxFixture.Ec, encryption: "never");
        job = job.With(await EncryptAsync(folder, job.Document));
        await run.SendAsync(job);

        await run.SealAndDeliverAsync();

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed, (await run.RowAsync(job)).Detail);
        var signed = folder.Write("signed.pdf", await AttachmentAsync(run));
        (await Tool.RunAsync("qpdf", "--check", $"--password={Password}", signed)).Output.ShouldContain("R = 6");
        (await Tool.RunAsync("pdfsig", "-nocert", "-upw", Password, signed)).Output.ShouldContain("Signature is Valid");
        run.Logs.Lines.ShouldNotContain(line => line.Text.Contains(Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FailureCode.DocumentEncrypted, false)]
    [InlineData(FailureCode.DocumentEncrypted, true)]
    [InlineData(FailureCode.DocumentSigningNotAllowed, false)]
    [InlineData(FailureCode.DocumentNotSupported, false)]
    [InlineData(FailureCode.DocumentDamaged, false)]
    public async Task A_document_that_cannot_be_signed_ends_as_failed_with_its_code_and_no_mail(FailureCode code, bool otherPassword)
    {
        using var folder = new TestFolder();
        (string, string)[] settings = otherPassword ? [($"{Pdf}:DocumentPasswordFile", folder.Write("other", "another one"u8))] : [];
        await using var run = await fixture.StartAsync(settings);
        var job = TestJob.For(SandboxFixture.Ec);
        job = job.With(code switch
        {
            FailureCode.DocumentEncrypted => await EncryptAsync(folder, job.Document),
            FailureCode.DocumentSigningNotAllowed => await CertifyAsync(job.Document),
            FailureCode.DocumentNotSupported => PdfBuilder.OnePage().XrefStream(4, (1, 4, 1), extra: "/Root 1 0 R /Filter /JBIG2Decode"),
            _ => Damaged(job.Document),
        });
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        (row.State, row.Code, row.Reported).ShouldBe((StatementState.Failed, code, true), row.Detail);
        row.Detail!.ShouldNotContain(Password);
        row.Detail!.ShouldNotContain("another one");
        var result = (await run.ResultsAsync()).ShouldHaveSingleItem();
        (result.State, result.Code, result.Detail).ShouldBe((StatementState.Failed, code, row.Detail));
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
        run.Stamps.ShouldBe(0);
        run.Logs.Lines.ShouldNotContain(line => line.Text.Contains(Password, StringComparison.Ordinal) || line.Text.Contains("another one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_document_is_repaired_and_signed_where_the_issuer_allows_it()
    {
        await using var run = await fixture.StartAsync(($"{Pdf}:Repair", "true"));
        var job = TestJob.For(SandboxFixture.Ec, encryption: "never");
        job = job.With(Damaged(job.Document));
        await run.SendAsync(job);

        await run.SealAndDeliverAsync();

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Relayed, row.Detail);
        row.Repaired.ShouldNotBeNull().ShouldContain("PDF damaged at byte");
        run.Logs.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains($"{row.Batch}/{row.Job}", StringComparison.Ordinal) && line.Text.Contains(row.Repaired, StringComparison.Ordinal));
        using var folder = new TestFolder();
        var signed = folder.Write("signed.pdf", await AttachmentAsync(run));
        (await Tool.RunAsync("qpdf", "--check", signed)).ExitCode.ShouldBe(0);
        (await Tool.RunAsync("pdfsig", "-nocert", signed)).Output.ShouldContain("Signature is Valid");
    }

    private static byte[] Damaged(byte[] document) => [.. document[..^20], .. "startxref\n999999999\n%%EOF\n"u8];

    private static async Task<byte[]> AttachmentAsync(PipelineRun run)
    {
        using var message = await MimeMessage.LoadAsync(run.Mail.ShouldHaveSingleItem().Path, Cancellation);
        using var content = new MemoryStream();
        message.BodyParts.OfType<MimePart>().Single(part => part.ContentType.IsMimeType("application", "pdf")).Content!.DecodeTo(content, Cancellation);
        return content.ToArray();
    }

    private static async Task<byte[]> EncryptAsync(TestFolder folder, byte[] document)
    {
        await Tool.RunAsync("qpdf", folder.Write("plain.pdf", document), folder["encrypted.pdf"], "--encrypt", Password, "owner", "256", "--");
        return await File.ReadAllBytesAsync(folder["encrypted.pdf"], Cancellation);
    }

    private static async Task<byte[]> CertifyAsync(byte[] document)
    {
        var bench = await SigningBench.Shared;
        return await bench.SignAsync(document, bench.Certification);
    }
}
