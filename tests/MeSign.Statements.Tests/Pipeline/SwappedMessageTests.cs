using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>A customer gets the message that was sealed for him, whoever can write to the container of finished messages.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class SwappedMessageTests(SandboxFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_copied_over_another_is_sent_to_nobody_and_the_record_says_why()
    {
        await using var run = await fixture.StartAsync();
        TestJob[] jobs = [TestJob.For(SandboxFixture.Ec, "job-1"), TestJob.For(SandboxFixture.Rsa, "job-2")];
        foreach (var job in jobs)
        {
            await run.SendAsync(job);
            await run.WorkAsync(StorageNames.Jobs);
        }

        var kept = await SwapAsync(BlobOf(run, jobs[0]), BlobOf(run, jobs[1]));
        await run.WorkAsync(StorageNames.Deliveries);
        await run.WorkAsync(StorageNames.Deliveries);

        foreach (var job in jobs)
        {
            var row = await run.RowAsync(job);
            (row.State, row.Attempts, row.Detail).ShouldBe((
                StatementState.Abandoned, 0, $"sealed/{job.Key.Batch}/{job.Key.Job}.eml is not what was sealed for this statement: its SHA-256 differs from the ledger's"));
        }

        run.Mail.ShouldBeEmpty();
        (await run.ResultsAsync()).Select(result => result.State).ShouldBe([StatementState.Abandoned, StatementState.Abandoned]);
        run.Logs.Lines.Count(line => line.Level == LogLevel.Error && line.Text.Contains("is not sent: sealed/", StringComparison.Ordinal)).ShouldBe(2);
        await run.ShouldHaveQueuedAsync();

        await WriteAsync(BlobOf(run, jobs[0]), kept);
        await run.Part<Decisions>().RetryAsync(await run.RowAsync(jobs[0]), "J. Nováková", Cancellation);
        await run.WorkAsync(StorageNames.Deliveries);

        (await run.RowAsync(jobs[0])).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem().Recipients.ShouldHaveSingleItem().Address.ShouldBe(SandboxFixture.Ec);
    }

    private static BlobClient BlobOf(PipelineRun run, TestJob job) =>
        run.Blobs.GetBlobContainerClient(StorageNames.Sealed).GetBlobClient($"{job.Key.Batch}/{job.Key.Job}.eml");

    /// <returns>What the first one was.</returns>
    private static async Task<BlobDownloadResult> SwapAsync(BlobClient one, BlobClient other)
    {
        BlobDownloadResult first = await one.DownloadContentAsync(Cancellation);
        await WriteAsync(one, await other.DownloadContentAsync(Cancellation));
        await WriteAsync(other, first);
        return first;
    }

    private static async Task WriteAsync(BlobClient blob, BlobDownloadResult message) =>
        await blob.UploadAsync(message.Content, new BlobUploadOptions { Metadata = message.Details.Metadata }, Cancellation);
}
