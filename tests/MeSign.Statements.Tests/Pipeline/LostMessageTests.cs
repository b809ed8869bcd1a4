using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sandbox.Timestamps;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>A statement whose queue message is lost is found by the sweep in each state in which it waits for one, and relayed once.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class LostMessageTests(SandboxFixture fixture)
{
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StatementState.Received)]
    [InlineData(StatementState.Sealed)]
    [InlineData(StatementState.Deferred)]
    public async Task Its_message_is_sent_again_when_it_is_overdue_and_it_is_relayed_once(StatementState state)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        var queue = await BringToAsync(run, job, state);
        var due = (await run.RowAsync(job)).NextAttempt ?? (await run.RowAsync(job)).Updated;
        await run.Queue(queue).ClearMessagesAsync(Cancellation);

        run.Time.Advance(due + Overdue - run.Time.GetUtcNow() - TimeSpan.FromMinutes(1));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.CountAsync(queue)).ShouldBe(0, "somebody may still have it");

        run.Time.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => run.Pipeline.SweepAsync(Cancellation)));
        (await run.CountAsync(queue)).ShouldBe(1, "of three sweeps one sends it");

        await RelayAsync(run, state);
        var row = await run.RowAsync(job);
        (row.State, row.Body).ShouldBe((StatementState.Relayed, null));
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(2);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Relayed);
        run.Logs.Lines.ShouldContain(line => Equals(line.Values.GetValueOrDefault("Kind"), state == StatementState.Received ? "job" : "order"));
    }

    [Theory]
    [InlineData(StatementState.Received)]
    [InlineData(StatementState.Sealed)]
    [InlineData(StatementState.Deferred)]
    public async Task One_that_was_only_late_does_no_harm(StatementState state)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        var queue = await BringToAsync(run, job, state);

        run.Time.Advance(TimeSpan.FromHours(1));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.CountAsync(queue)).ShouldBe(2);
        await RelayAsync(run, state);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(2);
        (await run.ResultsAsync()).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(StatementState.Received)]
    [InlineData(StatementState.Sealed)]
    [InlineData(StatementState.Deferred)]
    public async Task One_that_waits_in_a_long_queue_is_not_lost(StatementState state)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        var queue = await BringToAsync(run, job, state);
        // The first in the queue has waited for so long, and everybody behind it has as well.
        var wait = TimeSpan.FromSeconds(3);
        await Task.Delay(wait, Cancellation);
        var due = (await run.RowAsync(job)).NextAttempt ?? (await run.RowAsync(job)).Updated;

        run.Time.Advance(due + Overdue + (wait / 2) - run.Time.GetUtcNow());
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.CountAsync(queue)).ShouldBe(1, "the queue is behind by more than it is overdue");

        await run.Queue(queue).ReceiveMessageAsync(TimeSpan.FromHours(1), Cancellation);
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.CountAsync(queue)).ShouldBe(2, "nothing waits any more, and whoever has it has it for too long");
    }

    [Fact]
    public async Task What_is_overdue_is_found_a_stretch_of_the_ledger_a_run()
    {
        const int Statements = 25;
        await using var run = await fixture.StartAsync(("MeSign:Sweep:RepairsPerRun", "10"));
        for (var number = 0; number < Statements; number++)
        {
            var job = TestJob.For(SandboxFixture.Ec, $"job-{number}");
            var body = BinaryData.FromString(job.Json);
            await run.Ledger.ReceiveAsync(run.Part<JobAdmission>().Admit(body).Receipt with { Body = body.ToMemory() }, Cancellation);
        }

        run.Time.Advance(Overdue + TimeSpan.FromMinutes(1));
        var sent = new List<int>();
        for (var sweep = 0; sweep < 4; sweep++)
        {
            await run.Pipeline.SweepAsync(Cancellation);
            sent.Add(await run.CountAsync(StorageNames.Jobs));
        }

        sent.ShouldBe([10, 20, Statements, Statements]);
    }

    /// <returns>The queue that its message is on.</returns>
    private async Task<string> BringToAsync(PipelineRun run, TestJob job, StatementState state)
    {
        await run.SendAsync(job);
        if (state == StatementState.Received)
            fixture.Sandbox.Timestamps.Misbehave(TimestampFault.Status(503));
        await run.WorkAsync(StorageNames.Jobs);
        fixture.Sandbox.Timestamps.Behave();
        if (state == StatementState.Deferred)
        {
            fixture.Sandbox.Sink.Misbehave(Misbehaviour.Reply(SmtpStage.Mail, "451 4.3.0 try later"));
            await run.WorkAsync(StorageNames.Deliveries);
            fixture.Sandbox.Sink.Behave();
        }

        (await run.RowAsync(job)).State.ShouldBe(state);
        return state == StatementState.Received ? StorageNames.Jobs : StorageNames.Deliveries;
    }

    /// <summary>Works until the queues are empty; where a timestamp is needed, at its server's time, of which a token may not be far.</summary>
    private static async Task RelayAsync(PipelineRun run, StatementState state)
    {
        if (state == StatementState.Received)
            run.Time.Advance(TimeProvider.System.GetUtcNow() - run.Time.GetUtcNow());
        await run.WorkAllAsync(StorageNames.Jobs);
        await run.WorkAllAsync(StorageNames.Deliveries);
    }

    [Fact]
    public async Task An_order_without_a_row_is_abandoned_and_reported()
    {
        await using var run = await fixture.StartAsync();
        using var counted = new CountedRepairs(run);
        await run.Part<StatementQueues>().SendDeliveryAsync(new DeliveryOrder("2026-10", "nobody"), delay: null, Cancellation);

        await run.WorkAsync(StorageNames.Deliveries);

        var row = (await run.Ledger.FindAsync(new StatementKey("2026-10", "nobody"), Cancellation)).ShouldNotBeNull();
        row.State.ShouldBe(StatementState.Abandoned);
        row.Detail!.ShouldContain("names no statement");
        counted.Kinds.ShouldBe(["order-without-row"]);
        run.Logs.Lines.ShouldContain(line => line.Text == "A delivery order names 2026-10/nobody, which is no statement of the ledger: it is recorded as abandoned");
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Abandoned);
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
    }
}
