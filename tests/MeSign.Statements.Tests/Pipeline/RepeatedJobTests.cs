using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Any message may come twice, and any worker may die between any two lines: one statement, one mail, two timestamps.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class RepeatedJobTests(SandboxFixture fixture)
{
    /// <summary>One in the PDF, one around the message.</summary>
    private const int StampsOfOne = 2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_job_twice_is_one_mail()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.SealAndDeliverAsync();

        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(StampsOfOne);
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Relayed);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Base64_of_a_job_is_the_same_job()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await job.UploadAsync(run.Documents);
        await run.Queue(StorageNames.Jobs).SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(job.Json)), Cancellation);
        await run.SealAndDeliverAsync();

        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(StampsOfOne);
    }

    [Fact]
    public async Task Another_job_under_the_same_id_is_refused_and_the_first_goes_on()
    {
        await using var run = await fixture.StartAsync();
        var first = TestJob.For(SandboxFixture.Ec);
        var second = TestJob.For(SandboxFixture.Rsa);
        await run.SendAsync(first);
        await run.WorkAsync(StorageNames.Jobs);

        await run.SendAsync(second);
        await run.WorkAsync(StorageNames.Jobs);
        await run.WorkAsync(StorageNames.Deliveries);

        run.Mail.ShouldHaveSingleItem().Recipients.ShouldHaveSingleItem().Address.ShouldBe(SandboxFixture.Ec);
        run.Stamps.ShouldBe(StampsOfOne);
        var results = await run.ResultsAsync();
        results.Select(result => (result.State, result.Code)).ShouldBe(
            [(StatementState.Failed, FailureCode.JobIdReused), (StatementState.Relayed, null)]);
        results[0].Detail!.ShouldContain("id");
        (await run.RowAsync(first)).State.ShouldBe(StatementState.Relayed);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Dead_after_the_message_was_written_spends_no_further_timestamp()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        var written = await run.Part<Outbox>().FindAsync(job.Key, Cancellation);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        await RewindAsync(run, job, StatementState.Received);

        await run.SendAsync(job);
        await run.SealAndDeliverAsync();

        var row = await run.RowAsync(job);
        row.State.ShouldBe(StatementState.Relayed);
        (row.SealedSha256, row.MessageId, row.Timestamp, row.Encrypted).ShouldBe((written!.Sha256, written.MessageId, written.Timestamp, true));
        row.EncryptedTo.ShouldBe(written.EncryptedTo);
        run.Stamps.ShouldBe(StampsOfOne);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Dead_between_the_row_and_the_order_sends_the_order()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);

        await run.SendAsync(job);
        await run.SealAndDeliverAsync();

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Stamps.ShouldBe(StampsOfOne);
        run.Mail.ShouldHaveSingleItem();
        await run.ShouldHaveQueuedAsync();
    }

    /// <summary>Writes the row as it was before the worker's last step.</summary>
    private static async Task RewindAsync(PipelineRun run, TestJob job, StatementState state)
    {
        var table = run.Part<Azure.Data.Tables.TableServiceClient>().GetTableClient(StorageNames.Ledger);
        var row = (await table.GetEntityAsync<Azure.Data.Tables.TableEntity>(job.Key.Batch, job.Key.Job, cancellationToken: Cancellation)).Value;
        foreach (var later in new[] { "SealedSha256", "MessageId", "SignedAt", "Encrypted", "EncryptedTo" })
            row.Remove(later);
        row["State"] = state.ToString();
        await table.UpdateEntityAsync(row, row.ETag, Azure.Data.Tables.TableUpdateMode.Replace, Cancellation);
    }
}
