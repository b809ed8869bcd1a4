using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What the pipeline gave up on, or does not know, is a person's decision; it is on record who took it.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class DecisionTests(SandboxFixture fixture)
{
    private const string By = "J. Nováková";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_abandoned_before_it_was_received_is_retried_from_its_message()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await job.UploadAsync(run.Documents);
        await PoisonAsync(run, StorageNames.Jobs, job.Json);

        (await RetryAsync(run, job)).ShouldBeTrue();
        await run.SealAndDeliverAsync();

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Relayed);
        row.RecipientHash.ShouldNotBeNull();
        row.History.Select(entry => entry.State).ShouldBe(
            [StatementState.Abandoned, StatementState.Received, StatementState.Received, StatementState.Sealed, StatementState.Submitting, StatementState.Relayed]);
        row.History[1].Note.ShouldBe($"retried by {By}");
        run.Mail.ShouldHaveSingleItem();
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Abandoned, StatementState.Relayed]);
        await ShouldBeIntactAsync(run);
    }

    [Theory]
    [InlineData("colour", FailureCode.UnknownField)]
    [InlineData("issuer", FailureCode.UnknownIssuer)]
    public async Task A_retried_job_that_is_refused_ends_as_failed(string field, FailureCode code)
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec).With(body => body[field] = "red");
        await PoisonAsync(run, StorageNames.Jobs, job.Json);

        await RetryAsync(run, job);
        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(job)).ShouldSatisfyAllConditions(row => row.State.ShouldBe(StatementState.Failed), row => row.Code.ShouldBe(code));
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Abandoned, StatementState.Failed]);
        run.Time.Advance(TimeSpan.FromHours(1));
        await run.Pipeline.SweepAsync(Cancellation);
        await run.ShouldHaveQueuedAsync();
        await ShouldBeIntactAsync(run);
    }

    [Fact]
    public async Task A_sealed_statement_is_retried_without_signing_again()
    {
        await using var run = await fixture.StartAsync();
        var job = await SealedAsync(run);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        await PoisonAsync(run, StorageNames.Deliveries, $$"""{"batch":"{{job.Key.Batch}}","job":"{{job.Key.Job}}"}""");
        var stamps = run.Stamps;

        await RetryAsync(run, job);
        await run.WorkAsync(StorageNames.Deliveries);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Stamps.ShouldBe(stamps);
        run.Mail.ShouldHaveSingleItem();
        await ShouldBeIntactAsync(run);
    }

    [Fact]
    public async Task A_batch_order_is_retried_and_its_row_says_so()
    {
        await using var run = await fixture.StartAsync();
        await TestJob.For(SandboxFixture.Ec).UploadAsync(run.Documents);
        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(TestJob.For(SandboxFixture.Ec).Json), Cancellation);
        await PoisonAsync(run, StorageNames.Batches, """{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""");
        var order = (await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem();

        (await run.Part<Decisions>().RetryAsync(order, By, Cancellation)).ShouldBeTrue();
        await run.WorkAsync(StorageNames.Batches);
        await run.SealAndDeliverAsync();

        (await run.Ledger.FindAsync(order.Key, Cancellation))!.History[^1].Note.ShouldBe($"retried by {By}");
        run.Mail.ShouldHaveSingleItem();
        await ShouldBeIntactAsync(run);
    }

    [Fact]
    public async Task An_uncertain_statement_is_sent_again_only_by_decision_under_the_same_Message_ID()
    {
        await using var run = await fixture.StartAsync();
        var job = await UncertainAsync(run);

        await run.Part<Decisions>().ResendAsync(await run.RowAsync(job), By, Cancellation);
        await run.WorkAsync(StorageNames.Deliveries);
        await run.WorkAsync(StorageNames.Deliveries);

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Relayed);
        row.History.Single(entry => entry.Note is not null).Note.ShouldBe($"sent again by {By}");
        run.Mail.ShouldHaveSingleItem();
        await ShouldBeIntactAsync(run);
    }

    [Fact]
    public async Task An_uncertain_statement_is_resolved_without_sending()
    {
        await using var run = await fixture.StartAsync();
        var job = await UncertainAsync(run);

        await run.Part<Decisions>().ResolveAsync(await run.RowAsync(job), By, Cancellation);

        var row = await run.RowAsync(job);
        (row.State, row.History[^1].Note).ShouldBe((StatementState.Relayed, $"resolved by {By}"));
        run.Mail.ShouldBeEmpty();
        (await run.ResultsAsync())[^1].State.ShouldBe(StatementState.Relayed);
        await Should.ThrowAsync<InvalidOperationException>(() => run.Part<Decisions>().ResendAsync(row, By, Cancellation));
    }

    [Fact]
    public async Task An_uncertain_statement_whose_time_ran_out_is_not_sent_again_and_stays_uncertain()
    {
        await using var run = await fixture.StartAsync();
        var job = await UncertainAsync(run);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        var row = await run.RowAsync(job);
        run.Time.Advance(row.Expires!.Value - run.Time.GetUtcNow());

        var refused = await Should.ThrowAsync<Exception>(() => run.Part<Decisions>().ResendAsync(row, By, Cancellation));

        refused.Message.ShouldContain($"2026-10/job-1: its time ran out at {row.Expires:u}");
        (await run.RowAsync(job)).ETag.ShouldBe(row.ETag);
        await run.ShouldHaveQueuedAsync();
        await run.Part<Decisions>().ResolveAsync(row, By, Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
    }

    /// <summary>As plain JSON a queue took it; our own messages are Base64, of which there is a third more.</summary>
    [Theory]
    [InlineData(StorageNames.Jobs)]
    [InlineData(StorageNames.Batches)]
    public async Task What_is_larger_than_a_job_may_be_ends_as_failed_when_it_is_retried(string queue)
    {
        await using var run = await fixture.StartAsync();
        var padding = new string(' ', 50_000);
        await PoisonAsync(run, queue, queue == StorageNames.Jobs
            ? TestJob.For(SandboxFixture.Ec).Json.Replace("{\"version\"", $"{{{padding}\"version\"", StringComparison.Ordinal)
            : $$"""{{{padding}}"version":1,"batch":"2026-10","manifest":"october.jsonl"}""");
        var row = (await run.Ledger.ByStateAsync(StatementState.Abandoned, Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem();

        (await run.Part<Decisions>().RetryAsync(row, By, Cancellation)).ShouldBeTrue();

        row = (await run.Ledger.FindAsync(row.Key, Cancellation))!;
        (row.State, row.Code, row.Reported, row.History[^1].Note).ShouldBe((StatementState.Failed, FailureCode.OversizedField, true, $"retried by {By}"));
        (await run.ResultsAsync()).Select(result => result.Code).ShouldBe([null, FailureCode.OversizedField]);
        run.Time.Advance(TimeSpan.FromHours(1));
        await run.Pipeline.SweepAsync(Cancellation);
        await run.ShouldHaveQueuedAsync();
        (await run.Part<LedgerAudit>().RunAsync(row.Batch, Cancellation)).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_has_no_message_any_more_is_neither_sent_again_nor_retried()
    {
        await using var run = await fixture.StartAsync();
        var other = TestJob.For(SandboxFixture.Rsa, "job-2");
        await run.SendAsync(other);
        await run.WorkAsync(StorageNames.Jobs);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        await PoisonAsync(run, StorageNames.Deliveries, $$"""{"batch":"{{other.Key.Batch}}","job":"{{other.Key.Job}}"}""");
        var job = await UncertainAsync(run);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        foreach (var one in new[] { job, other })
            await run.Part<LedgerErasure>().ForgetAsync(await run.RowAsync(one), Kept.Message, Cancellation);

        (await run.Part<Decisions>().ResendAsync(await run.RowAsync(job), By, Cancellation)).ShouldBeFalse();
        (await RetryAsync(run, other)).ShouldBeFalse();

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
        (await run.RowAsync(other)).State.ShouldBe(StatementState.Abandoned);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task A_mistyped_address_is_in_no_row_result_or_log()
    {
        await using var run = await fixture.StartAsync(("MeSign:Ledger:StoreAddresses", "false"));
        var job = TestJob.For("jana.novakova@", "job-1");
        await run.SendAsync(job);
        await run.SendAsync(TestJob.For(SandboxFixture.Ec).With(body => body["template"] = "jana.novakova@example.test"));

        await run.WorkAsync(StorageNames.Jobs);
        await run.WorkAsync(StorageNames.Jobs);

        var rows = await run.Ledger.ByBatchAsync("2026-10", Cancellation).ToListAsync(Cancellation);
        rows.ShouldAllBe(row => row.State == StatementState.Failed && !row.Detail!.Contains("novakova"));
        (await run.ResultsAsync()).ShouldAllBe(result => !result.Detail!.Contains("novakova"));
        run.Logs.Lines.ShouldAllBe(line => !line.Text.Contains("novakova"));
    }

    private static async Task<bool> RetryAsync(PipelineRun run, TestJob job) => await run.Part<Decisions>().RetryAsync(await run.RowAsync(job), By, Cancellation);

    private static async Task ShouldBeIntactAsync(PipelineRun run) => (await run.Part<LedgerAudit>().RunAsync("2026-10", Cancellation)).Faults.ShouldBeEmpty();

    private static async Task<TestJob> SealedAsync(PipelineRun run)
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        return job;
    }

    private static async Task<TestJob> UncertainAsync(PipelineRun run)
    {
        var job = await SealedAsync(run);
        await run.Ledger.MoveAsync(await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow() }, StatementState.Submitting, Cancellation);
        run.Time.Advance(TimeSpan.FromMinutes(10));
        await run.Pipeline.SweepAsync(Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);
        return job;
    }

    private static async Task PoisonAsync(PipelineRun run, string queue, string body)
    {
        await run.Queue(queue + StorageNames.PoisonSuffix).SendMessageAsync(body, Cancellation);
        await run.WorkAsync(queue + StorageNames.PoisonSuffix);
    }
}
