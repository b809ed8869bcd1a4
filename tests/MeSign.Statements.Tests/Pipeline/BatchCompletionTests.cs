using System.Text;
using System.Text.Json;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>A batch's end is told once, with its totals, when the last of its statements has ended and not before.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class BatchCompletionTests(SandboxFixture fixture)
{
    private const string Batch = "2026-10";
    private const string Order = """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_told_once_by_many_sweepers_with_bad_lines_and_repeated_ids_counted()
    {
        await using var run = await StartAsync("{ not JSON", TestJob.For(SandboxFixture.Ec, "job-1").Json, TestJob.For(SandboxFixture.Rsa, "job-1").Json, TestJob.For(SandboxFixture.Ec, "job-2").Json);
        await run.WorkAsync(StorageNames.Batches);
        await SweepAsync(run);
        (await CompletionsAsync(run)).ShouldBeEmpty("it is not expanded");

        await run.WorkAsync(StorageNames.Batches);
        await run.SealAndDeliverAsync();
        await SweepAsync(run);
        (await CompletionsAsync(run)).ShouldBeEmpty("one is on the way");

        await run.SealAndDeliverAsync();
        await SweepAsync(run);

        var completion = (await CompletionsAsync(run)).ShouldHaveSingleItem();
        completion.ShouldSatisfyAllConditions(
            () => completion.Lines.ShouldBe(4),
            () => completion.Statements.ShouldBe(3),
            () => completion.States.ShouldBe(new Dictionary<StatementState, int> { [StatementState.Relayed] = 2, [StatementState.Failed] = 1 }, ignoreOrder: true));
        var audit = await run.Part<LedgerAudit>().RunAsync(Batch, Cancellation);
        audit.IsIntact.ShouldBeTrue();
        audit.Head.ShouldBe(completion.Head);
        run.Mail.Count.ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_manifest_that_is_not_there_completes_its_batch_too()
    {
        await using var run = await fixture.StartAsync();
        await run.Queue(StorageNames.Batches).SendMessageAsync("""{"version":1,"batch":"2026-10","manifest":"missing.jsonl"}""", Cancellation);
        await run.WorkAsync(StorageNames.Batches);

        await run.Pipeline.SweepAsync(Cancellation);

        (await CompletionsAsync(run)).ShouldHaveSingleItem().States.ShouldBe(new Dictionary<StatementState, int> { [StatementState.Failed] = 1 });
    }

    [Theory]
    [InlineData("october.csv", "Id,To\n\n1,jana@\n \n2,petr@\n\n")]
    [InlineData("october.jsonl", "\n{ not JSON\r\n\r\n{}\n\n")]
    public async Task Counts_lines_without_a_header_and_blank_ones(string manifest, string content)
    {
        await using var run = await fixture.StartAsync(("MeSign:Intake:LinesPerChunk", "1"));
        await run.Documents.GetBlobClient("mapping.json").UploadAsync(BinaryData.FromString("""{"version":1,"columns":{"Id":"id","To":"recipient.email"},"constants":{"issuer":"example-bank","kind":"code"}}"""), Cancellation);
        await run.Documents.GetBlobClient(manifest).UploadAsync(BinaryData.FromString(content), Cancellation);
        await run.Queue(StorageNames.Batches).SendMessageAsync($$"""{"version":1,"batch":"2026-10","manifest":"{{manifest}}"{{(manifest.EndsWith(".csv", StringComparison.Ordinal) ? ",\"mapping\":\"mapping.json\"" : "")}}}""", Cancellation);
        while (await run.CountAsync(StorageNames.Batches) > 0)
            await run.WorkAsync(StorageNames.Batches);

        await SweepAsync(run);

        var completion = (await CompletionsAsync(run)).ShouldHaveSingleItem();
        (completion.Lines, completion.Statements).ShouldBe((2, 2));
    }

    [Fact]
    public async Task An_order_that_failed_and_is_sent_again_when_it_is_mended_completes_its_batch_anew()
    {
        await using var run = await fixture.StartAsync();
        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        await run.WorkAsync(StorageNames.Batches);
        await SweepAsync(run);
        (await CompletionsAsync(run)).ShouldHaveSingleItem().Lines.ShouldBe(0);

        var job = TestJob.For(SandboxFixture.Ec);
        await job.UploadAsync(run.Documents);
        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(job.Json), Cancellation);
        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        await run.WorkAsync(StorageNames.Batches);
        await SweepAsync(run);
        (await CompletionsAsync(run)).ShouldBeEmpty("its statement is on the way");

        await run.SealAndDeliverAsync();
        await SweepAsync(run);
        var completion = (await CompletionsAsync(run)).ShouldHaveSingleItem();
        (completion.Lines, completion.States[StatementState.Relayed]).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_held_statement_is_looked_at_again_when_its_batch_is_ordered_again()
    {
        await using var run = await StartAsync(TestJob.For(SandboxFixture.Nobody, "job-1", encryption: "required").Json);
        await run.WorkAsync(StorageNames.Batches);
        await run.WorkAsync(StorageNames.Jobs);

        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        await run.WorkAsync(StorageNames.Batches);

        await run.ShouldHaveQueuedAsync(jobs: 1);
    }

    [Fact]
    public async Task A_batch_whose_messages_were_lost_is_expanded_again_and_sends_only_what_is_missing()
    {
        await using var run = await StartAsync(TestJob.For(SandboxFixture.Ec, "job-1").Json, TestJob.For(SandboxFixture.Ec, "job-2").Json);
        await run.WorkAsync(StorageNames.Batches);
        await run.SealAndDeliverAsync();
        await run.Queue(StorageNames.Jobs).ClearMessagesAsync(Cancellation);

        run.Time.Advance(TimeSpan.FromHours(13));
        await SweepAsync(run);
        run.Time.Advance(TimeSpan.FromHours(-13));
        await run.ShouldHaveQueuedAsync(batches: 1);
        await run.WorkAsync(StorageNames.Batches);
        await run.ShouldHaveQueuedAsync(jobs: 1);

        await run.SealAndDeliverAsync();
        await SweepAsync(run);
        (await CompletionsAsync(run)).ShouldHaveSingleItem().States.ShouldBe(new Dictionary<StatementState, int> { [StatementState.Relayed] = 2 });
        run.Mail.Count.ShouldBe(2);
    }

    private static Task SweepAsync(PipelineRun run) => Task.WhenAll(Enumerable.Range(0, 4).Select(_ => run.Pipeline.SweepAsync(Cancellation)));

    /// <summary>Takes all results, and gives back those about batches.</summary>
    private static async Task<IReadOnlyList<BatchCompletion>> CompletionsAsync(PipelineRun run)
    {
        var found = new List<BatchCompletion>();
        while ((await run.Queue(StorageNames.Results).ReceiveMessageAsync(TimeSpan.FromMinutes(5), Cancellation)).Value is { } message)
        {
            var json = Convert.FromBase64String(Encoding.ASCII.GetString(message.Body));
            if (JsonDocument.Parse(json).RootElement.TryGetProperty("event", out _))
                found.Add(JsonSerializer.Deserialize(json, DeliveryJson.Default.BatchCompletion)!);
            await run.Queue(StorageNames.Results).DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancellation);
        }

        return found;
    }

    private async Task<PipelineRun> StartAsync(params string[] lines)
    {
        var run = await fixture.StartAsync(("MeSign:Intake:LinesPerChunk", "3"));
        foreach (var id in new[] { "job-1", "job-2" })
            await TestJob.For(SandboxFixture.Ec, id).UploadAsync(run.Documents);
        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(string.Join('\n', lines)), Cancellation);
        await run.Queue(StorageNames.Batches).SendMessageAsync(Order, Cancellation);
        return run;
    }
}
