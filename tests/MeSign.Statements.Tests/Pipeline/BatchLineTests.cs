using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Each line of a batch has an outcome of its own, whatever other lines say.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class BatchLineTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bad_lines_at_the_same_place_of_two_manifests_are_two_outcomes()
    {
        await using var run = await fixture.StartAsync();
        await OrderAsync(run, "one.jsonl", "{ not JSON");
        await OrderAsync(run, "two.jsonl", "no JSON either");

        await ExpandAsync(run);

        var rows = await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation);
        rows.Select(row => (row.State, row.Code)).ShouldBe([(StatementState.Failed, FailureCode.UnreadableJob), (StatementState.Failed, FailureCode.UnreadableJob)]);
        (await run.ResultsAsync()).Select(result => result.Job).ShouldBe(rows.Select(row => row.Job), ignoreOrder: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_lines_with_one_id_the_first_is_the_job(bool goodFirst)
    {
        await using var run = await fixture.StartAsync();
        var good = TestJob.For(SandboxFixture.Ec, "same");
        await good.UploadAsync(run.Documents);
        string[] lines = [good.Json, good.With(body => body["recipient"]!["email"] = "nobody").Json];
        await OrderAsync(run, "one.jsonl", goodFirst ? lines : [.. lines.Reverse()]);

        await ExpandAsync(run);

        var row = await run.RowAsync(good);
        var results = await run.ResultsAsync();
        if (goodFirst)
        {
            row.State.ShouldBe(StatementState.Received);
            results.Select(result => result.Code).ShouldBe([FailureCode.JobIdReused]);
            await run.SealAndDeliverAsync();
            (await run.RowAsync(good)).State.ShouldBe(StatementState.Relayed);
        }
        else
        {
            (row.State, row.Code).ShouldBe((StatementState.Failed, FailureCode.InvalidAddress));
            results.Select(result => result.Code).ShouldBe([FailureCode.InvalidAddress, FailureCode.JobIdReused], ignoreOrder: true);
        }

        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Rows_that_a_lone_carriage_return_joins_fail_together_and_the_next_is_sent()
    {
        await using var run = await fixture.StartAsync();
        await run.Documents.GetBlobClient("mapping.json").UploadAsync(BinaryData.FromString("""
            {"version":1,"delimiter":";","columns":{"Number":"id","E-mail":"recipient.email"},"constants":{"issuer":"example-bank","kind":"code"}}
            """), Cancellation);
        await OrderAsync(run, "october.csv", "Number;E-mail", "y1;a@example.test\ry2;b@example.test", "y3;ec@example.test");

        await ExpandAsync(run);

        var rows = await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToDictionaryAsync(row => row.State, cancellationToken: Cancellation);
        rows.Keys.ShouldBe([StatementState.Received, StatementState.Failed], ignoreOrder: true);
        rows[StatementState.Received].Job.ShouldBe("y3");
        rows[StatementState.Failed].Detail!.ShouldStartWith("row 2 (byte 14) of the manifest: holds a carriage return outside quotes");
        await run.ShouldHaveQueuedAsync(jobs: 1);
    }

    private static async Task OrderAsync(PipelineRun run, string manifest, params string[] lines)
    {
        await run.Documents.GetBlobClient(manifest).UploadAsync(BinaryData.FromString(string.Join('\n', lines) + "\n"), Cancellation);
        var order = new BatchOrder("2026-10", manifest, Mapping: manifest.EndsWith(".csv", StringComparison.Ordinal) ? "mapping.json" : null);
        await run.Queue(StorageNames.Batches).SendMessageAsync(order.ToJson(), cancellationToken: Cancellation);
    }

    private static async Task ExpandAsync(PipelineRun run)
    {
        while (await run.CountAsync(StorageNames.Batches) > 0)
            await run.WorkAsync(StorageNames.Batches);
    }
}
