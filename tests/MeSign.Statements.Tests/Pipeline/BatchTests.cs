using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>A manifest becomes one job a line, in chunks that may be repeated.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class BatchTests(SandboxFixture fixture)
{
    private const string Order = """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_chunks_with_a_bad_line_become_jobs_and_one_outcome()
    {
        await using var run = await StartAsync(lines: 5, bad: 3);

        for (var chunk = 0; chunk < 3; chunk++)
            await run.WorkAsync(StorageNames.Batches);

        await run.ShouldHaveQueuedAsync(jobs: 4);
        var rows = await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation);
        rows.Count(one => one.State == StatementState.Received).ShouldBe(4, "each line is on record before its job is worked on");
        var row = rows.Single(one => one.State == StatementState.Failed);
        row.Code.ShouldBe(FailureCode.UnreadableJob);
        row.Detail!.ShouldContain("line 3");
        (await run.ResultsAsync()).ShouldHaveSingleItem().Code.ShouldBe(FailureCode.UnreadableJob);

        for (var job = 0; job < 4; job++)
            await run.SealAndDeliverAsync();
        (await run.Ledger.CountAsync("2026-10", Cancellation)).ShouldBe(
            new Dictionary<StatementState, int> { [StatementState.Relayed] = 4, [StatementState.Failed] = 1 }, ignoreOrder: true);
        run.Mail.Count.ShouldBe(4);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_chunk_that_is_expanded_twice_sends_nothing_twice()
    {
        await using var run = await StartAsync(lines: 3, bad: 1);
        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);

        // The second worker finds the order as the first one did: the first died before it could delete it.
        for (var chunk = 0; chunk < 4; chunk++)
            await run.WorkAsync(StorageNames.Batches);
        await run.ShouldHaveQueuedAsync(jobs: 4);
        await run.WorkAllAsync(StorageNames.Jobs);
        await run.WorkAllAsync(StorageNames.Deliveries);

        run.Mail.Count.ShouldBe(2);
        run.Stamps.ShouldBe(4);
        (await run.ResultsAsync()).Select(result => result.State).Order().ShouldBe(
            [StatementState.Relayed, StatementState.Relayed, StatementState.Failed]);
    }

    [Theory]
    [InlineData("""{"version":1,"batch":"2026-10","manifest":"missing.jsonl"}""", FailureCode.ManifestNotFound, "missing.jsonl")]
    [InlineData("""{"version":1,"batch":"2026-10","manifest":"october.jsonl","from":7,"line":1,"etag":"\"0x1\""}""", FailureCode.ManifestChanged, "october.jsonl")]
    public async Task A_manifest_that_cannot_be_expanded_is_a_failed_outcome_of_its_batch(string order, FailureCode code, string named)
    {
        await using var run = await StartAsync(lines: 1);
        await run.Queue(StorageNames.Batches).ClearMessagesAsync(Cancellation);
        await run.Queue(StorageNames.Batches).SendMessageAsync(order, Cancellation);

        await run.WorkAsync(StorageNames.Batches);

        var row = (await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem();
        (row.State, row.Code).ShouldBe((StatementState.Failed, code));
        row.Detail!.ShouldContain(named);
        (await run.ResultsAsync()).ShouldHaveSingleItem().Code.ShouldBe(code);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task An_order_that_cannot_be_read_is_a_failed_outcome()
    {
        await using var run = await StartAsync(lines: 1);
        await run.Queue(StorageNames.Batches).ClearMessagesAsync(Cancellation);
        const string Body = """{"version":1,"batch":"2026-10"}""";
        await run.Queue(StorageNames.Batches).SendMessageAsync(Body, Cancellation);

        await run.WorkAsync(StorageNames.Batches);

        var row = await run.Ledger.FindAsync(new StatementKey("unreadable", $"body-{TestJob.HashOf(System.Text.Encoding.UTF8.GetBytes(Body))[..32]}"), Cancellation);
        row.ShouldNotBeNull().Code.ShouldBe(FailureCode.MissingField);
        row.Detail!.ShouldContain("manifest");
        await run.ShouldHaveQueuedAsync();
    }

    /// <summary>A manifest expanded two lines at a time, with its order on the queue.</summary>
    private async Task<PipelineRun> StartAsync(int lines, int bad = 0)
    {
        var run = await fixture.StartAsync(("MeSign:Intake:LinesPerChunk", "2"));
        var manifest = new List<string>();
        for (var number = 1; number <= lines; number++)
        {
            var job = TestJob.For(SandboxFixture.Ec, $"job-{number}");
            await job.UploadAsync(run.Documents);
            manifest.Add(number == bad ? "{ not JSON" : job.Json);
        }

        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(string.Join('\n', manifest)), Cancellation);
        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        return run;
    }
}
