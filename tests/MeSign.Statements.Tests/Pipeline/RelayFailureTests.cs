using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What a relay may do to a sealed statement, and what is on record and in the queue then.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class RelayFailureTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Refused_recipient_fails()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 <ec@example.test> no such user"));

        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        (row.State, row.Code, row.RelayReply).ShouldBe((StatementState.Failed, FailureCode.RecipientRefused, "550 5.1.1"));
        row.Detail!.ShouldNotContain("@");
        var result = (await run.ResultsAsync()).ShouldHaveSingleItem();
        (result.State, result.Code).ShouldBe((StatementState.Failed, FailureCode.RecipientRefused));
        run.Mail.ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync();
    }

    [Theory]
    [InlineData("451 4.7.1 greylisted", "451 4.7.1")]
    [InlineData(null, null)]
    public async Task Not_now_is_deferred_and_relayed_later(string? reply, string? onRecord)
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        fixture.Sandbox.Sink.Misbehave(reply is null ? Misbehaviour.Drop(SmtpStage.Data) : Misbehaviour.Reply(SmtpStage.Recipient, reply));

        await run.WorkAsync(StorageNames.Deliveries);

        var deferred = await run.RowAsync(job);
        (deferred.State, deferred.RelayReply, deferred.Attempts).ShouldBe((StatementState.Deferred, onRecord, 1));
        deferred.NextAttempt.ShouldNotBeNull().ShouldBeGreaterThan(deferred.Updated);
        (await run.ResultsAsync()).ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync(deliveries: 1);
        run.Mail.ShouldBeEmpty();

        fixture.Sandbox.Sink.Behave();
        await run.WorkAsync(StorageNames.Deliveries);

        var relayed = await run.RowAsync(job);
        (relayed.State, relayed.Attempts, relayed.NextAttempt).ShouldBe((StatementState.Relayed, 2, null));
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lost_after_the_final_dot_is_uncertain_and_never_sent_again(bool kept)
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.DropAfterFinalDot(kept).Times(1));

        await run.WorkAsync(StorageNames.Deliveries);
        await run.Queue(StorageNames.Deliveries).SendMessageAsync(OrderOf(job), TestContext.Current.CancellationToken);
        await run.WorkAsync(StorageNames.Deliveries);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Uncertain);
        run.Mail.Count.ShouldBe(kept ? 1 : 0);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_message_that_comes_before_its_next_attempt_is_put_off()
    {
        await using var run = await fixture.StartAsync(("MeSign:Delivery:FirstDelay", "01:00:00"));
        var job = await SealedAsync(run);
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "451 4.7.1 greylisted").Times(1));
        await run.WorkAsync(StorageNames.Deliveries);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(TestContext.Current.CancellationToken);

        await run.Queue(StorageNames.Deliveries).SendMessageAsync(OrderOf(job), TestContext.Current.CancellationToken);
        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        (row.State, row.Attempts).ShouldBe((StatementState.Deferred, 1));
        await run.ShouldHaveQueuedAsync(deliveries: 1);
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_finds_no_room_under_a_limit_comes_back_just_when_it_has_some()
    {
        await using var run = await fixture.StartAsync(("MeSign:Relays:sandbox:MessagesPerSecond", "0.01"));
        await SealedAsync(run);
        await run.WorkAsync(StorageNames.Deliveries);
        var second = await SealedAsync(run, TestJob.For(SandboxFixture.Ec, "job-2"));

        var before = run.Time.GetUtcNow();
        await run.WorkAsync(StorageNames.Deliveries);
        var after = run.Time.GetUtcNow();

        var row = await run.RowAsync(second);
        (row.State, row.Attempts).ShouldBe((StatementState.Deferred, 0));
        row.NextAttempt!.Value.ShouldBeInRange(before.AddSeconds(100), after.AddSeconds(100));
        run.Mail.ShouldHaveSingleItem();
        await run.ShouldHaveQueuedAsync(deliveries: 1);
    }

    [Fact]
    public async Task A_relay_that_never_takes_it_ends_as_expired()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run, TestJob.For(SandboxFixture.Ec).ExpiringIn(TimeSpan.FromHours(1)));
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "451 4.7.1 greylisted"));
        await run.WorkAsync(StorageNames.Deliveries);

        run.Time.Advance(TimeSpan.FromMinutes(61));
        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        (row.State, row.Attempts).ShouldBe((StatementState.Expired, 1));
        row.Detail!.ShouldContain("the last answer");
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Expired);
        run.Mail.ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_relay_that_comes_back_before_the_expiry_gets_it_at_the_last_attempt()
    {
        await using var run = await fixture.StartAsync(("MeSign:Delivery:FirstDelay", "01:00:00"));
        var job = await SealedAsync(run, TestJob.For(SandboxFixture.Ec).ExpiringIn(TimeSpan.FromMinutes(15)));
        fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "451 4.7.1 greylisted").Times(1));
        await run.WorkAsync(StorageNames.Deliveries);
        var deferred = await run.RowAsync(job);

        // The order as the queue shows it at its time.
        run.Time.Advance(deferred.NextAttempt!.Value - run.Time.GetUtcNow());
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(TestContext.Current.CancellationToken);
        await run.Queue(StorageNames.Deliveries).SendMessageAsync(OrderOf(job), TestContext.Current.CancellationToken);
        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        (row.State, row.Attempts).ShouldBe((StatementState.Relayed, 2));
        (row.Expires - deferred.NextAttempt).ShouldBe(TimeSpan.FromMinutes(1));
        run.Mail.ShouldHaveSingleItem();
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task An_issuer_that_is_gone_from_the_settings_fails_what_waits_in_its_name()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        var table = run.Part<Azure.Data.Tables.TableServiceClient>().GetTableClient(StorageNames.Ledger);
        var renamed = new Azure.Data.Tables.TableEntity(job.Key.Batch, job.Key.Job) { ["Issuer"] = "former-bank" };
        await table.UpdateEntityAsync(renamed, Azure.ETag.All, Azure.Data.Tables.TableUpdateMode.Merge, TestContext.Current.CancellationToken);

        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        (row.State, row.Code, row.Attempts).ShouldBe((StatementState.Failed, FailureCode.UnknownIssuer, 0));
        run.Mail.ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync();
    }

    private static async Task<TestJob> SealedAsync(PipelineRun run, TestJob? job = null)
    {
        job ??= TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Sealed);
        return job;
    }

    private static string OrderOf(TestJob job) => $$"""{"batch":"{{job.Key.Batch}}","job":"{{job.Key.Job}}"}""";
}
