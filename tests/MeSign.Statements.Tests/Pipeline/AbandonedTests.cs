using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What a host gave up on ends as a recorded outcome, unless it has one or nobody may know it yet.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class AbandonedTests(SandboxFixture fixture)
{
    private const string PoisonJobs = StorageNames.Jobs + StorageNames.PoisonSuffix;
    private const string PoisonDeliveries = StorageNames.Deliveries + StorageNames.PoisonSuffix;
    private const string PoisonBatches = StorageNames.Batches + StorageNames.PoisonSuffix;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_was_never_received_is_abandoned()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);

        await PoisonAsync(run, PoisonJobs, job.Json);

        var row = await run.RowAsync(job);
        (row.State, row.Code, row.Issuer).ShouldBe((StatementState.Abandoned, null, "example-bank"));
        row.Detail!.ShouldContain("statement-jobs gave up");
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Abandoned);
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sealed_statement_whose_order_is_poison_is_abandoned_and_not_sent()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);

        await PoisonAsync(run, PoisonDeliveries, OrderOf(job));

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Abandoned);
        await run.WorkAsync(StorageNames.Deliveries);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Abandoned);
        run.Mail.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_is_being_submitted_is_left_to_its_lease()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.Ledger.MoveAsync(
            await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow() + TimeSpan.FromMinutes(5) }, StatementState.Submitting, Cancellation);

        await PoisonAsync(run, PoisonDeliveries, OrderOf(job));

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Submitting);
        (await run.ResultsAsync()).ShouldBeEmpty();

        run.Time.Advance(TimeSpan.FromMinutes(10));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
    }

    [Theory]
    [InlineData(PoisonJobs)]
    [InlineData(PoisonDeliveries)]
    public async Task A_finished_statement_stays_as_it_ended(string queue)
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.WorkAsync(StorageNames.Deliveries);
        var before = await run.RowAsync(job);

        await PoisonAsync(run, queue, queue == PoisonJobs ? job.Json : OrderOf(job));

        (await run.RowAsync(job)).ETag.ShouldBe(before.ETag, "nothing was written");
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Another_job_under_a_taken_id_does_not_end_the_first()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);

        await PoisonAsync(run, PoisonJobs, TestJob.For(SandboxFixture.Rsa).Json);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Sealed);
        (await run.ResultsAsync()).ShouldHaveSingleItem().Code.ShouldBe(FailureCode.JobIdReused);
    }

    [Theory]
    [InlineData(PoisonJobs)]
    [InlineData(PoisonDeliveries)]
    [InlineData(PoisonBatches)]
    public async Task What_nobody_can_read_is_recorded_once_under_its_body_s_hash(string queue)
    {
        await using var run = await fixture.StartAsync();

        await PoisonAsync(run, queue, "?");
        // Put back by a host, it has another id of the queue's.
        await PoisonAsync(run, queue, "?");

        (await run.Ledger.FindAsync(new StatementKey("unreadable", $"body-{TestJob.HashOf("?"u8.ToArray())[..32]}"), Cancellation)).ShouldNotBeNull().State.ShouldBe(StatementState.Abandoned);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Abandoned);
    }

    [Fact]
    public async Task A_batch_order_is_recorded_in_its_batch()
    {
        await using var run = await fixture.StartAsync();

        await PoisonAsync(run, PoisonBatches, """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""");

        var row = (await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem();
        row.State.ShouldBe(StatementState.Abandoned);
        row.Detail!.ShouldContain("statement-batches");
    }

    [Fact]
    public async Task A_batch_order_that_is_given_up_on_again_in_other_words_is_told_once()
    {
        await using var run = await fixture.StartAsync();

        await PoisonAsync(run, PoisonBatches, """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""");
        // As a sweep sends it.
        await PoisonAsync(run, PoisonBatches, """{"version":1,"batch":"2026-10","manifest":"october.jsonl","from":0,"line":0}""");

        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Abandoned);
    }

    [Fact]
    public async Task A_batch_order_that_is_retried_and_finds_no_manifest_fails_and_says_so()
    {
        await using var run = await fixture.StartAsync();
        await PoisonAsync(run, PoisonBatches, """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""");
        var row = (await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem();

        await run.Part<Decisions>().RetryAsync(row, "Jana", Cancellation);
        await run.WorkAsync(StorageNames.Batches);

        (await run.ResultsAsync()).Select(result => result.Code).ShouldBe([null, FailureCode.ManifestNotFound]);
        (await run.Ledger.FindAsync(row.Key, Cancellation))!.State.ShouldBe(StatementState.Failed);
    }

    private static async Task<TestJob> SealedAsync(PipelineRun run)
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        return job;
    }

    private static async Task PoisonAsync(PipelineRun run, string queue, string body)
    {
        await run.Queue(queue).SendMessageAsync(body, Cancellation);
        await run.WorkAsync(queue);
    }

    private static string OrderOf(TestJob job) => $$"""{"batch":"{{job.Key.Batch}}","job":"{{job.Key.Job}}"}""";
}
