using System.Text;
using MailKit;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Delivery.Bounces;
using MeSign.Statements.Tests.Fixtures;
using MimeKit;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>postfix as the relay and dovecot as the mailbox that the return path leads to.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class MailServerTests(SandboxFixture fixture, MailServers servers) : IClassFixture<MailServers>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mailbox_that_postfix_does_not_know_comes_back_and_is_written_to_no_more()
    {
        await using var run = await StartAsync();
        var job = TestJob.For("nobody@post.example.test", encryption: "never");
        await run.SendAsync(job);
        await run.SealAndDeliverAsync();
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);

        await CollectUntilAsync(run, async () => (await run.RowAsync(job)).State != StatementState.Relayed);

        var row = await run.RowAsync(job);
        (row.State, row.Detail).ShouldBe((StatementState.Bounced, "returned as InvalidRecipient: 550 5.1.1"));
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Relayed, StatementState.Bounced]);
        (await servers.CountAsync()).ShouldBe(0);
        (await servers.CountAsync("Aside")).ShouldBe(0);
        (await run.Part<SuppressionList>().FindAsync(row.RecipientHash, Cancellation))!.Detail.ShouldBe("InvalidRecipient 5.1.1");

        var next = TestJob.For("nobody@post.example.test", "job-2", encryption: "never");
        await run.SendAsync(next);
        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(next)).State.ShouldBe(StatementState.Suppressed);
        run.Stamps.ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    // postfix offers SMTPUTF8 and dovecot, to which it hands on, does not.
    [Theory]
    [InlineData(MailServers.Mailbox, MailServers.Mailbox)]
    [InlineData(MailServers.IdnMailbox, MailServers.IdnMailbox)]
    [InlineData("jana@bücher.example.test", MailServers.IdnMailbox)]
    public async Task A_mailbox_that_exists_gets_the_statement_and_a_success_report_ends_it_as_delivered(string address, string mailbox)
    {
        await using var run = await StartAsync(("MeSign:Relays:sandbox:Notify", "Success, Failure, Delay"));
        var job = TestJob.For(address, encryption: "never");
        await run.SendAsync(job);
        await run.SealAndDeliverAsync();

        await CollectUntilAsync(run, async () => (await run.RowAsync(job)).State != StatementState.Relayed);

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Delivered);
        using var client = await servers.LogInAsync(mailbox);
        await client.Inbox!.OpenAsync(FolderAccess.ReadOnly, Cancellation);
        (await client.Inbox.GetMessageAsync(client.Inbox.Count - 1, Cancellation)).MessageId.ShouldBe(row.MessageId);
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Relayed, StatementState.Delivered]);
    }

    [Theory]
    [InlineData("Implicit")]
    [InlineData("StartTls")]
    public async Task What_is_about_nobody_of_ours_is_kept_aside(string tls)
    {
        await using var run = await StartAsync(
            ("MeSign:Bounces:Imap:Tls", tls), ("MeSign:Bounces:Imap:Port", $"{(tls == "Implicit" ? servers.ImapsPort : servers.ImapPort)}"), ("MeSign:Bounces:Imap:AsideFolder", $"Aside {tls}"));
        await AppendAsync("From: jana@example.test\r\nSubject: a question\r\n\r\nWhere is my statement?\r\n");
        await AppendAsync(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"));

        await run.Pipeline.CollectBouncesAsync(Cancellation);

        (await servers.CountAsync()).ShouldBe(0);
        (await servers.CountAsync($"Aside {tls}")).ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_recorded_message_goes_to_its_folder_where_there_is_one()
    {
        await using var run = await StartAsync(("MeSign:Bounces:Imap:RecordedFolder", "Recorded"));
        var job = TestJob.For("nobody@post.example.test", encryption: "never");
        await run.SendAsync(job);
        await run.SealAndDeliverAsync();

        await CollectUntilAsync(run, async () => await servers.CountAsync("Recorded") == 1);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Bounced);
        (await servers.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task New_mail_ends_the_wait()
    {
        // The tests share the mailbox, and another counts what is in the usual folder.
        await using var run = await StartAsync(("MeSign:Bounces:Imap:AsideFolder", "Aside waited"));
        await run.Pipeline.CollectBouncesAsync(Cancellation);

        var waiting = run.Pipeline.WaitForBouncesAsync(TimeSpan.FromMinutes(10), Cancellation);
        await AppendAsync("From: jana@example.test\r\nSubject: a question\r\n\r\nWhere is my statement?\r\n");
        await waiting;

        await run.Pipeline.CollectBouncesAsync(Cancellation);
        (await servers.CountAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("MeSign:Bounces:Imap:PasswordFile", "wrong", "AuthenticationException")]
    [InlineData("MeSign:Bounces:Imap:TrustedRoots:0", null, "SslHandshakeException")]
    public async Task A_mailbox_that_cannot_be_read_says_why_and_leaves_the_container_read(string setting, string? content, string failure)
    {
        using var folder = new Tests.Cli.ScratchFolder();
        await using var run = await StartAsync((setting, content is null ? fixture.Sandbox.Folder.Root : folder.Write("password", content)));
        var dropped = run.Blobs.GetBlobContainerClient(StorageNames.Bounces).GetBlobClient("a.eml");
        await dropped.UploadAsync(BinaryData.FromString("no message"), Cancellation);

        var thrown = await Should.ThrowAsync<StatementDelayedException>(() => run.Pipeline.CollectBouncesAsync(Cancellation));

        thrown.Message.ShouldBe($"the bounce mailbox cannot be read: {failure} (see MeSign:Bounces:Imap)");
        (await dropped.ExistsAsync(Cancellation)).Value.ShouldBeFalse();
    }

    private Task<PipelineRun> StartAsync(params (string Name, string Value)[] settings) => fixture.StartAsync(
    [
        ("MeSign:Relays:sandbox:Port", $"{servers.SmtpPort}"),
        ("MeSign:Relays:sandbox:TrustedRoots:0", servers.Root),
        ("MeSign:Relays:sandbox:User", MailServers.RelayUser),
        ("MeSign:Relays:sandbox:PasswordFile", servers.PasswordFile),
        ("MeSign:Issuers:example-bank:ReturnPath", "bounces+{id}@bank.example.test"),
        ("MeSign:Bounces:Imap:Host", "localhost"),
        ("MeSign:Bounces:Imap:Port", $"{servers.ImapsPort}"),
        ("MeSign:Bounces:Imap:TrustedRoots:0", servers.Root),
        ("MeSign:Bounces:Imap:User", MailServers.ReturnPathUser),
        ("MeSign:Bounces:Imap:PasswordFile", servers.PasswordFile),
        .. settings,
    ]);

    /// <summary>Collects until the relay's report has come and done its work.</summary>
    private static async Task CollectUntilAsync(PipelineRun run, Func<Task<bool>> done)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await done())
        {
            await run.Pipeline.WaitForBouncesAsync(TimeSpan.FromSeconds(1), limit.Token);
            await run.Pipeline.CollectBouncesAsync(limit.Token);
        }
    }

    private async Task AppendAsync(string message)
    {
        using var client = await servers.LogInAsync(MailServers.ReturnPathUser);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(message));
        await client.Inbox!.AppendAsync(new AppendRequest(await MimeMessage.LoadAsync(stream, Cancellation)), Cancellation);
    }
}
