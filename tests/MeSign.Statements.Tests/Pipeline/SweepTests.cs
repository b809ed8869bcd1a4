using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What no message will put right, the sweep does; what is in somebody's hands or done, it does not touch.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class SweepTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_submission_whose_lease_is_over_is_uncertain()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.Ledger.MoveAsync(
            await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow() + TimeSpan.FromMinutes(5) }, StatementState.Submitting, Cancellation);

        run.Time.Advance(TimeSpan.FromMinutes(5));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Submitting, "the other worker's clock may be behind");

        run.Time.Advance(TimeSpan.FromMinutes(1));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Uncertain);
    }

    [Fact]
    public async Task A_lost_order_is_sent_again_once_each_time_that_it_is_overdue()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);

        run.Time.Advance(TimeSpan.FromMinutes(14));
        await run.Pipeline.SweepAsync(Cancellation);
        await run.ShouldHaveQueuedAsync(deliveries: 0);

        run.Time.Advance(TimeSpan.FromMinutes(2));
        await run.Pipeline.SweepAsync(Cancellation);
        await run.Pipeline.SweepAsync(Cancellation);
        await run.ShouldHaveQueuedAsync(deliveries: 1);

        await run.WorkAsync(StorageNames.Deliveries);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_held_statement_whose_time_is_over_is_expired_and_an_earlier_one_is_left()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Nobody, encryption: "required").ExpiringIn(TimeSpan.FromHours(1));
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);

        run.Time.Advance(TimeSpan.FromMinutes(30));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Held);

        run.Time.Advance(TimeSpan.FromMinutes(31));
        await run.Pipeline.SweepAsync(Cancellation);
        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Expired);
        row.Detail!.ShouldContain("Held");
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Held, StatementState.Expired]);
    }

    [Fact]
    public async Task An_end_that_the_bank_was_not_told_is_told()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.Ledger.MoveAsync(await run.RowAsync(job), StatementState.Abandoned, Cancellation);

        await run.Pipeline.SweepAsync(Cancellation);
        (await run.ResultsAsync()).ShouldBeEmpty();
        run.Time.Advance(TimeSpan.FromMinutes(2));
        await run.Pipeline.SweepAsync(Cancellation);
        await run.Pipeline.SweepAsync(Cancellation);

        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Abandoned);
        (await run.RowAsync(job)).Reported.ShouldBeTrue();
    }

    [Fact]
    public async Task Finished_statements_are_not_read_at_all()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.WorkAsync(StorageNames.Deliveries);

        run.Time.Advance(TimeSpan.FromDays(30));

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        var now = run.Time.GetUtcNow();
        foreach (var (_, filter) in new StalledStatements(now, now, now, now, now).Filters())
            (await run.Part<LedgerScan>().NextAsync("test", filter, most: 100, Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
    }

    private static async Task<TestJob> SealedAsync(PipelineRun run)
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        return job;
    }
}
