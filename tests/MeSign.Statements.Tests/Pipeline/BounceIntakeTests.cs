using System.Text;
using Azure.Data.Tables;
using MeSign.Statements.Delivery;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Delivery.Bounces;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Messages dropped into the container <c>bounces</c>, and what the suppression list does to the jobs that follow.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class BounceIntakeTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_bounce_ends_its_statement_and_is_gone()
    {
        await using var run = await fixture.StartAsync();
        var job = await RelayedAsync(run);
        await DropAsync(run, "folder/1.eml", await BounceOfAsync(run, job, "failed", "5.1.1"));

        await run.Pipeline.CollectBouncesAsync(Cancellation);
        await run.Pipeline.CollectBouncesAsync(Cancellation);

        var row = await run.RowAsync(job);
        (row.State, row.Detail, row.Reported).ShouldBe((StatementState.Bounced, "returned as InvalidRecipient: 550 5.1.1", true));
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Relayed, StatementState.Bounced]);
        (await NamesAsync(run, StorageNames.Bounces)).ShouldBeEmpty();
        (await NamesAsync(run, StorageNames.BouncesAside)).ShouldBeEmpty();
        run.Mail.ShouldHaveSingleItem();
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task What_needs_a_person_is_kept_aside_with_the_reason()
    {
        await using var run = await fixture.StartAsync();
        var job = await RelayedAsync(run);
        await DropAsync(run, "letter.eml", "From: jana@example.test\r\nSubject: a question\r\n\r\nWhere is it?\r\n");
        await DropAsync(run, "empty.eml", "");
        await DropAsync(run, "others.eml", BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"));
        await DropAsync(run, "forged.eml", (await BounceOfAsync(run, job, "failed", "5.1.1")).Replace(SandboxFixture.Ec, "eve@example.test", StringComparison.Ordinal));

        await run.Pipeline.CollectBouncesAsync(Cancellation);

        (await NamesAsync(run, StorageNames.Bounces)).ShouldBeEmpty();
        (await NamesAsync(run, StorageNames.BouncesAside)).Select(name => name.Split('/')[2]).Order(StringComparer.Ordinal).ShouldBe(["empty.eml", "forged.eml", "letter.eml", "others.eml"]);
        var reasons = new List<string>();
        await foreach (var blob in run.Blobs.GetBlobContainerClient(StorageNames.BouncesAside).GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.Metadata, Azure.Storage.Blobs.Models.BlobStates.None, null, Cancellation))
            reasons.Add(blob.Metadata["why"]);
        reasons.ShouldBe(["Unreadable", "OtherRecipient", "Unreadable", "Unmatched"], ignoreOrder: true);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Logs.Lines.ShouldAllBe(line => !line.Text.Contains("eve@example.test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_of_one_name_on_one_day_are_both_kept_aside()
    {
        await using var run = await fixture.StartAsync();
        foreach (var text in new[] { "the first", "the second" })
        {
            await DropAsync(run, "1.eml", $"Subject: a question\r\n\r\n{text}\r\n");
            await run.Pipeline.CollectBouncesAsync(Cancellation);
        }

        (await NamesAsync(run, StorageNames.BouncesAside)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task One_that_was_made_empty_first_and_is_written_meanwhile_is_not_thrown_away()
    {
        await using var run = await fixture.StartAsync();
        await DropAsync(run, "1.eml", "");

        await new BounceBlobs(run.Blobs, run.Time).CollectAsync(
            async (_, cancelled) =>
            {
                await run.Blobs.GetBlobContainerClient(StorageNames.Bounces).GetBlobClient("1.eml").UploadAsync(BinaryData.FromString("Subject: a report"), overwrite: true, cancelled);
                return BounceEffect.Noted;
            },
            Cancellation);

        (await NamesAsync(run, StorageNames.Bounces)).ShouldBe(["1.eml"]);
    }

    [Fact]
    public async Task One_that_cannot_be_recorded_stays_and_holds_up_no_other()
    {
        await using var run = await fixture.StartAsync();
        var job = await RelayedAsync(run);
        await DropAsync(run, "1.eml", await BounceOfAsync(run, job, "failed", "5.1.1"));
        await DropAsync(run, "2.eml", "Subject: a question\r\n\r\nWhere is it?\r\n");
        var table = new TableServiceClient(run.Connection).GetTableClient(StorageNames.Ledger);
        await table.UpdateEntityAsync(new TableEntity(job.Key.Batch, job.Key.Job) { ["State"] = "Paid" }, Azure.ETag.All, cancellationToken: Cancellation);

        await Should.ThrowAsync<AggregateException>(() => run.Pipeline.CollectBouncesAsync(Cancellation));

        (await NamesAsync(run, StorageNames.Bounces)).ShouldBe(["1.eml"]);
        (await NamesAsync(run, StorageNames.BouncesAside)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_bounce_of_what_is_still_being_submitted_waits()
    {
        await using var run = await fixture.StartAsync();
        var job = await RelayedAsync(run, to: StatementState.Submitting);
        await DropAsync(run, "1.eml", await BounceOfAsync(run, job, "failed", "5.1.1"));

        await run.Pipeline.CollectBouncesAsync(Cancellation);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Submitting);
        (await NamesAsync(run, StorageNames.Bounces)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_next_job_to_a_mailbox_that_is_no_more_ends_before_anything_is_signed()
    {
        await using var run = await fixture.StartAsync();
        var job = await RelayedAsync(run);
        await DropAsync(run, "1.eml", await BounceOfAsync(run, job, "failed", "5.1.1"));
        await run.Pipeline.CollectBouncesAsync(Cancellation);
        var stamps = run.Stamps;

        var next = TestJob.For(SandboxFixture.Ec, "job-2");
        await run.SendAsync(next);
        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(next);
        row.State.ShouldBe(StatementState.Suppressed);
        row.Detail.ShouldNotBeNull().ShouldContain("hard bounce (InvalidRecipient 5.1.1)");
        run.Stamps.ShouldBe(stamps);
        run.Mail.ShouldHaveSingleItem();
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Relayed, StatementState.Bounced, StatementState.Suppressed]);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task What_is_sealed_when_its_recipient_is_suppressed_is_not_sent()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        var hash = (await run.RowAsync(job)).RecipientHash!;
        var list = run.Part<SuppressionList>();
        await list.AddAsync(new Suppression(hash, SuppressionCause.Manual, null, null, run.Time.GetUtcNow(), Expires: null), Cancellation);

        await run.WorkAsync(StorageNames.Deliveries);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Suppressed);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Suppressed);
        run.Mail.ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Of_many_that_suppress_at_once_the_longest_stays()
    {
        await using var run = await fixture.StartAsync();
        var list = run.Part<SuppressionList>();
        var now = run.Time.GetUtcNow();
        foreach (var recipient in new[] { "aa", "bb", "cc" })
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 16), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (number, cancelled) =>
                await list.AddAsync(new Suppression(recipient, number == 0 ? SuppressionCause.Manual : SuppressionCause.HardBounce, null, null, now, number == 0 ? null : now.AddDays(number)), cancelled));

            (await list.FindAsync(recipient, Cancellation))!.Cause.ShouldBe(SuppressionCause.Manual);
        }
    }

    [Fact]
    public async Task A_bounce_does_not_shorten_what_a_person_decided()
    {
        await using var run = await fixture.StartAsync();
        var list = run.Part<SuppressionList>();
        var now = run.Time.GetUtcNow();

        await list.AddAsync(new Suppression("aa", SuppressionCause.Manual, null, null, now, Expires: null), Cancellation);
        await list.AddAsync(new Suppression("aa", SuppressionCause.HardBounce, "InvalidRecipient 5.1.1", "b/j", now, now.AddDays(1)), Cancellation);

        (await list.FindAsync("aa", Cancellation))!.Cause.ShouldBe(SuppressionCause.Manual);
        (await list.RemoveAsync("aa", Cancellation)).ShouldBeTrue();
        (await list.RemoveAsync("aa", Cancellation)).ShouldBeFalse();
        (await list.FindAsync("aa", Cancellation)).ShouldBeNull();
    }

    private static async Task<TestJob> RelayedAsync(PipelineRun run, StatementState to = StatementState.Relayed)
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        if (to == StatementState.Relayed)
            await run.WorkAsync(StorageNames.Deliveries);
        else
            await run.Ledger.MoveAsync(await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow().AddMinutes(5) }, to, Cancellation);
        (await run.RowAsync(job)).State.ShouldBe(to);
        return job;
    }

    private static async Task<string> BounceOfAsync(PipelineRun run, TestJob job, string action, string status) =>
        BounceSamples.Notification(action, status, $"smtp; 550 {status} User unknown", messageId: (await run.RowAsync(job)).MessageId!)
            .Replace("jana@example.test", SandboxFixture.Ec, StringComparison.Ordinal);

    private static async Task DropAsync(PipelineRun run, string name, string message) =>
        await run.Blobs.GetBlobContainerClient(StorageNames.Bounces).UploadBlobAsync(name, BinaryData.FromBytes(Encoding.UTF8.GetBytes(message)), Cancellation);

    private static async Task<IReadOnlyList<string>> NamesAsync(PipelineRun run, string container)
    {
        var names = new List<string>();
        await foreach (var blob in run.Blobs.GetBlobContainerClient(container).GetBlobsAsync(cancellationToken: Cancellation))
            names.Add(blob.Name);
        return names;
    }
}
