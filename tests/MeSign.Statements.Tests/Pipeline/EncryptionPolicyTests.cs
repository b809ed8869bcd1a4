using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What the policy and the recipient's certificate make of a job: encrypted, signed only, or held.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class EncryptionPolicyTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SandboxFixture.Rsa, "required")]
    [InlineData(SandboxFixture.Ec, "required")]
    [InlineData(SandboxFixture.Ec, "preferred")]
    public async Task Encrypts_to_the_recipients_certificate(string recipient, string policy)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(recipient, encryption: policy);
        await run.SendAsync(job);

        await run.SealAndDeliverAsync();

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Relayed);
        row.Encrypted.ShouldBe(true);
        var mail = run.Mail.ShouldHaveSingleItem();
        var keys = Path.Combine(fixture.Sandbox.Folder.Recipients, recipient);
        (await ExternalProgram.RunAsync("openssl", fixture.Sandbox.Folder.Path, "cms", "-decrypt", "-in", mail.Path, "-recip", keys + ".pem", "-inkey", keys + ".key"))
            .ShouldSucceed().Output.ShouldContain("smime-type=signed-data");
        (await run.ResultsAsync()).ShouldHaveSingleItem().Encrypted.ShouldBe(true);
    }

    [Theory]
    [InlineData(SandboxFixture.Nobody, "preferred", null)]
    [InlineData(SandboxFixture.Ec, "never", null)]
    [InlineData(SandboxFixture.Expired, "preferred", "Expired")]
    public async Task Sends_signed_only_where_the_policy_allows_it(string recipient, string policy, string? rejected)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(recipient, encryption: policy);
        await run.SendAsync(job);

        await run.SealAndDeliverAsync();

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Relayed);
        (row.Encrypted, row.EncryptedTo.Count).ShouldBe((false, 0));
        if (rejected is null)
            row.RejectedCertificates.ShouldBeNull();
        else
            row.RejectedCertificates!.ShouldContain(rejected);
        var mail = run.Mail.ShouldHaveSingleItem();
        (await ExternalProgram.RunAsync("openssl", fixture.Sandbox.Folder.Path, "cms", "-verify", "-in", mail.Path, "-CAfile", fixture.Sandbox.Folder.Root))
            .ShouldSucceed().Output.ShouldContain("CMS Verification successful");
        (await run.ResultsAsync()).ShouldHaveSingleItem().Encrypted.ShouldBe(false);
    }

    [Theory]
    [InlineData("required")]
    [InlineData("never")]
    public async Task Reaches_a_mailbox_whose_name_is_not_ASCII(string policy)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.International, encryption: policy);
        await run.SendAsync(job);

        await run.SealAndDeliverAsync();

        var row = await run.RowAsync(job);
        (row.State, row.Detail).ShouldBe((StatementState.Relayed, null));
        var mail = run.Mail.ShouldHaveSingleItem();
        mail.Recipients.ShouldHaveSingleItem().Address.ShouldBe(SandboxFixture.International);
        mail.SenderParameters.ShouldContain("SMTPUTF8");
        var sent = await mail.ReadAsync(Cancellation);
        sent.ShouldBe((await run.Part<Outbox>().OpenAsync(job.Key, row.SealedSha256, Cancellation)).ToArray());
        // RFC 6152 §3: what is not 7-bit behind the header section is announced. A signed message repeats its fields there.
        var body = sent.AsSpan(sent.AsSpan().IndexOf("\r\n\r\n"u8));
        mail.SenderParameters.Contains("BODY=8BITMIME").ShouldBe(!Ascii.IsValid(body));
        Ascii.IsValid(body).ShouldBe(policy == "required");
    }

    [Theory]
    [InlineData(SandboxFixture.Nobody, "no certificate of the recipient is known")]
    [InlineData(SandboxFixture.Expired, "Expired")]
    public async Task Holds_what_must_be_encrypted_and_cannot_be(string recipient, string reason)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(recipient, encryption: "required");
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Held);
        row.Detail!.ShouldContain(reason);
        Encoding.UTF8.GetString((await run.Part<HeldJobs>().FindAsync(job.Key.Batch, job.Key.Job, Cancellation)).ShouldNotBeNull().Span).ShouldBe(job.Json);
        var result = (await run.ResultsAsync()).ShouldHaveSingleItem();
        (result.State, result.Detail).ShouldBe((StatementState.Held, row.Detail));
        run.Stamps.ShouldBe(0);
        run.Mail.ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Dead_before_the_bank_was_told_that_it_is_held_it_is_told_what_is_on_record()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Nobody, encryption: "required");
        var received = (await run.Ledger.ReceiveAsync(run.Part<JobAdmission>().Admit(BinaryData.FromString(job.Json)).Receipt, Cancellation)).Row;
        await run.Ledger.MoveAsync(received with { Detail = "a certificate that had expired was known" }, StatementState.Held, Cancellation);

        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        (row.State, row.Reported, row.Detail).ShouldBe((StatementState.Held, true, "a certificate that had expired was known"));
        (await run.ResultsAsync()).ShouldHaveSingleItem().Detail.ShouldBe(row.Detail);
        (await run.Part<LedgerAudit>().RunAsync(job.Key.Batch, Cancellation)).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_held_job_is_told_once_and_goes_on_when_its_certificate_is_there()
    {
        await using var run = await fixture.StartAsync(("MeSign:Recipients:NegativeCacheTime", "00:00:00"), ("MeSign:Recipients:Refresh", "00:00:00"));
        var job = TestJob.For(SandboxFixture.Nobody, encryption: "required");
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Held);

        var file = Path.Combine(fixture.Sandbox.Folder.Certificates, "late.pem");
        try
        {
            using var certificate = fixture.Sandbox.Authority.Issue(
                new MeSign.Statements.Sandbox.Authority.RecipientOrder(SandboxFixture.Nobody, "Nora", MeSign.Statements.Sandbox.Authority.KeyKind.P256));
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Cancellation);
            await run.SendAsync(job);
            await run.SealAndDeliverAsync();
        }
        finally
        {
            File.Delete(file);
        }

        var row = await run.RowAsync(job);
        (row.State, row.Encrypted, row.Detail).ShouldBe((StatementState.Relayed, true, null));
        run.Mail.ShouldHaveSingleItem();
    }
}
