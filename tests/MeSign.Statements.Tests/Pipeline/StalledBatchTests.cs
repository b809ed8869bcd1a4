using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Timestamps;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Batches that stay open: each is looked at in its turn, and its orders come again for jobs that are lost, not for those that wait.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class StalledBatchTests(SandboxFixture fixture)
{
    private const string Batch = "2026-10";
    private const string Order = """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""";

    private static readonly TimeSpan Stalled = TimeSpan.FromHours(13);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_behind_more_open_ones_than_one_sweep_looks_at_is_completed_by_the_next()
    {
        await using var run = await fixture.StartAsync(("MeSign:Sweep:RepairsPerRun", "10"));
        var manifest = new BatchPart("october.jsonl", Mapping: null, Lines: null);
        for (var number = 0; number < 10; number++)
            await run.Part<BatchRegister>().BeginAsync($"a{number}", "place", manifest, Cancellation);
        await run.Part<BatchRegister>().FinishAsync("z", "place", manifest with { Lines = 0 }, Cancellation);

        await run.Pipeline.SweepAsync(Cancellation);
        (await CompletedAsync(run, "z")).ShouldBeFalse("it is the eleventh");
        await run.Pipeline.SweepAsync(Cancellation);
        (await CompletedAsync(run, "z")).ShouldBeTrue();

        await run.Part<BatchRegister>().FinishAsync("a0", "place", manifest with { Lines = 0 }, Cancellation);
        await run.Pipeline.SweepAsync(Cancellation);
        await run.Pipeline.SweepAsync(Cancellation);
        (await CompletedAsync(run, "a0")).ShouldBeTrue("after the last one comes the first again");
    }

    [Fact]
    public async Task A_batch_that_waits_for_a_held_statement_is_searched_for_lost_jobs_once_each_time_that_it_is_stalled()
    {
        await using var run = await StartAsync(TestJob.For(SandboxFixture.Nobody, encryption: "required"));
        await run.WorkAsync(StorageNames.Jobs);
        var before = await RecordAsync(run);

        run.Time.Advance(Stalled);
        await run.Pipeline.SweepAsync(Cancellation);
        var searched = await RecordAsync(run);
        searched.Ordered.ShouldBeGreaterThan(before.Ordered + TimeSpan.FromHours(12));
        run.Time.Advance(TimeSpan.FromHours(1));
        await run.Pipeline.SweepAsync(Cancellation);

        (await RecordAsync(run)).ETag.ShouldBe(searched.ETag, "an hour ago there was nothing");
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_job_that_waits_for_a_timestamp_server_for_days_is_on_the_queue_once()
    {
        await using var run = await StartAsync(TestJob.For(SandboxFixture.Ec));
        var waiting = await TryInVainAsync(run);

        for (var halfDay = 0; halfDay < 3; halfDay++)
        {
            run.Time.Advance(Stalled);
            waiting = await PutOffAsync(run, waiting);
            await run.Pipeline.SweepAsync(Cancellation);
        }

        await run.ShouldHaveQueuedAsync(jobs: 1);

        // Nobody put it off any more: its message is lost.
        await run.Queue(StorageNames.Jobs).ClearMessagesAsync(Cancellation);
        run.Time.Advance(Stalled);
        await run.Pipeline.SweepAsync(Cancellation);
        await run.WorkAsync(StorageNames.Batches);
        await run.ShouldHaveQueuedAsync(jobs: 1);
    }

    [Fact]
    public async Task An_order_that_comes_again_sends_the_job_that_is_lost_and_not_the_one_that_waits()
    {
        await using var run = await StartAsync(TestJob.For(SandboxFixture.Ec), TestJob.For(SandboxFixture.Ec, "job-2"));
        await PutOffAsync(run, await TryInVainAsync(run));
        await run.Queue(StorageNames.Jobs).ClearMessagesAsync(Cancellation);

        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        await run.WorkAsync(StorageNames.Batches);

        await run.ShouldHaveQueuedAsync(jobs: 1);
    }

    [Fact]
    public async Task A_manifest_that_is_removed_after_it_was_expanded_is_no_failure()
    {
        await using var run = await StartAsync(TestJob.For(SandboxFixture.Ec));
        await run.Queue(StorageNames.Jobs).ClearMessagesAsync(Cancellation);
        await run.Documents.DeleteBlobAsync("october.jsonl", cancellationToken: Cancellation);

        run.Time.Advance(Stalled);
        await run.Pipeline.SweepAsync(Cancellation);
        await run.WorkAsync(StorageNames.Batches);

        (await run.Ledger.ByBatchAsync(Batch, Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem().State.ShouldBe(StatementState.Received);
        (await run.ResultsAsync()).ShouldBeEmpty();
        run.Logs.Lines.ShouldContain(line => line.Level == LogLevel.Warning && Equals(line.Values.GetValueOrDefault("Code"), FailureCode.ManifestNotFound) && Equals(line.Values.GetValueOrDefault("Batch"), Batch));
        await run.ShouldHaveQueuedAsync();
    }

    /// <summary>A batch of these jobs, expanded.</summary>
    private async Task<PipelineRun> StartAsync(params TestJob[] jobs)
    {
        var run = await fixture.StartAsync();
        foreach (var job in jobs)
            await job.UploadAsync(run.Documents);
        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(string.Join('\n', jobs.Select(job => job.Json))), Cancellation);
        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        await run.WorkAsync(StorageNames.Batches);
        return run;
    }

    /// <summary>One job's first attempt, without a timestamp server.</summary>
    private async Task<LedgerRow> TryInVainAsync(PipelineRun run)
    {
        fixture.Sandbox.Timestamps.Misbehave(TimestampFault.Status(503));
        await run.WorkAsync(StorageNames.Jobs);
        fixture.Sandbox.Timestamps.Behave();
        return (await run.Ledger.ByBatchAsync(Batch, Cancellation).ToListAsync(Cancellation)).Single(row => row.NextAttempt is not null);
    }

    /// <summary>What each attempt in vain leaves.</summary>
    private static Task<LedgerRow> PutOffAsync(PipelineRun run, LedgerRow row) =>
        run.Ledger.AmendAsync(row with { NextAttempt = run.Time.GetUtcNow() + TimeSpan.FromHours(1) }, Cancellation);

    private static async Task<BatchRecord> RecordAsync(PipelineRun run) => (await run.Part<BatchRegister>().FindAsync(Batch, Cancellation)).ShouldNotBeNull();

    private static async Task<bool> CompletedAsync(PipelineRun run, string batch) =>
        (await run.Part<BatchRegister>().FindAsync(batch, Cancellation))!.Completed is not null;
}
