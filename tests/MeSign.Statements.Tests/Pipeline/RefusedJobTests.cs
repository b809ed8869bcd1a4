using System.Text;
using System.Text.Json.Nodes;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Pdf;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Every job that can never be sent ends as Failed with its own code, a detail that names the field, a result, and no mail.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class RefusedJobTests(SandboxFixture fixture)
{
    private const string Issuer = "MeSign:Issuers:example-bank";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<FailureCode, string> Contract => new()
    {
        { FailureCode.UnknownVersion, "version" },
        { FailureCode.UnknownField, "colour" },
        { FailureCode.MissingField, "issuer" },
        { FailureCode.OversizedField, "recipient.name" },
        { FailureCode.InvalidField, "kind" },
        { FailureCode.InvalidAddress, "recipient.email" },
        { FailureCode.UnsafeHeader, "recipient.name" },
        { FailureCode.UnknownIssuer, "other-bank" },
        { FailureCode.EncryptionNotAllowed, "encryption" },
        { FailureCode.DocumentNotAllowed, "document.blob" },
        { FailureCode.DocumentNotFound, "document.blob" },
        { FailureCode.DocumentTooLarge, "document.blob" },
        { FailureCode.DocumentHashMismatch, "document.blob" },
        { FailureCode.DocumentNotPdf, "document.blob" },
        { FailureCode.DocumentDamaged, "" },
        { FailureCode.TemplateNotFound, "missing" },
        { FailureCode.TemplateFailed, "fields.account" },
        { FailureCode.MessageTooLarge, "" },
    };

    [Theory]
    [MemberData(nameof(Contract))]
    public async Task Ends_as_failed_with_its_code_and_no_mail(FailureCode code, string named)
    {
        await using var run = await fixture.StartAsync(
            ($"{Issuer}:WeakestEncryption", "Preferred"), ($"{Issuer}:MaxDocumentBytes", "20000"), ($"{Issuer}:MaxMessageBytes", "20000"));
        var job = Faulty(code);
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Failed, row.Detail);
        row.Code.ShouldBe(code, row.Detail);
        row.Detail!.ShouldContain(named);
        row.Reported.ShouldBeTrue();
        var result = (await run.ResultsAsync()).ShouldHaveSingleItem();
        (result.Batch, result.Job, result.State, result.Code, result.Detail).ShouldBe((row.Batch, row.Job, StatementState.Failed, code, row.Detail));
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
        run.Stamps.ShouldBe(code == FailureCode.MessageTooLarge ? 1 : 0);
    }

    [Fact]
    public async Task A_missing_value_is_found_before_the_job_waits_for_a_certificate()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Nobody).With(body => body["fields"]!.AsObject().Remove("period"));
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Failed);
        row.Code.ShouldBe(FailureCode.TemplateFailed);
        row.Detail.ShouldBe("template statement/en.subject.liquid does not render: fields.period is not given: add it to the job, or let the template ask {% if fields.period %}");
        run.Stamps.ShouldBe(0);
        run.Mail.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("bm90IEpTT04=")]
    [InlineData("{\"version\":1")]
    public async Task Records_what_cannot_be_read_under_the_hash_of_its_text(string body)
    {
        await using var run = await fixture.StartAsync();
        await run.Queue(StorageNames.Jobs).SendMessageAsync(body, Cancellation);

        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.Ledger.FindAsync(new StatementKey("unreadable", $"body-{TestJob.HashOf(Encoding.UTF8.GetBytes(body))[..32]}"), Cancellation);
        row.ShouldNotBeNull().Code.ShouldBe(FailureCode.UnreadableJob);
        (await run.ResultsAsync()).ShouldHaveSingleItem().Code.ShouldBe(FailureCode.UnreadableJob);
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_job_that_comes_again_is_told_once()
    {
        await using var run = await fixture.StartAsync();
        var job = Faulty(FailureCode.UnknownIssuer);
        await run.SendAsync(job);
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);
        await run.WorkAsync(StorageNames.Jobs);

        (await run.ResultsAsync()).ShouldHaveSingleItem().Code.ShouldBe(FailureCode.UnknownIssuer);
    }

    private static TestJob Faulty(FailureCode code)
    {
        var job = TestJob.For(SandboxFixture.Rsa);
        return code switch
        {
            FailureCode.UnknownVersion => job.With(body => body["version"] = 2),
            FailureCode.UnknownField => job.With(body => body["colour"] = "blue"),
            FailureCode.MissingField => job.With(body => body.Remove("issuer")),
            FailureCode.OversizedField => job.With(body => body["recipient"]!["name"] = new string('n', 201)),
            FailureCode.InvalidField => job.With(body => body["kind"] = "advertisement"),
            FailureCode.InvalidAddress => job.With(body => body["recipient"]!["email"] = "bob@"),
            FailureCode.UnsafeHeader => job.With(body => body["recipient"]!["name"] = "Bob\r\nBcc: eve@example.test"),
            FailureCode.UnknownIssuer => job.With(body => body["issuer"] = "other-bank"),
            FailureCode.EncryptionNotAllowed => job.With(body => body["encryption"] = "never"),
            FailureCode.DocumentNotAllowed => job.With(body => body["document"]!["blob"] = "../sealed/other.pdf"),
            FailureCode.DocumentNotFound => job.WithoutBlob(),
            FailureCode.DocumentTooLarge => job.With([.. job.Document, .. new byte[20_001 - job.Document.Length]]),
            FailureCode.DocumentHashMismatch => job.With(body => body["document"]!["sha256"] = new string('0', 64)),
            FailureCode.DocumentNotPdf => job.With("<html>not a PDF</html>"u8.ToArray()),
            FailureCode.DocumentDamaged => job.With("%PDF-1.7\nand then nothing that a reader knows\n"u8.ToArray()),
            FailureCode.TemplateNotFound => job.With(body => body["template"] = "missing"),
            FailureCode.TemplateFailed => job.With(body => ((JsonObject)body["fields"]!).Remove("account")),
            // 15,000 bytes of PDF are over 20,000 in Base64 once, and more in the encryption.
            FailureCode.MessageTooLarge => job.With(PdfBuilder.OnePage().Raw("%" + new string('x', 15_000) + "\n").Table()),
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
        };
    }
}
