using Azure.Data.Tables;
using Azure.Storage.Blobs.Specialized;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>One thing that cannot be put right, read or removed is said, and holds up no other.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class SweepObstacleTests(SandboxFixture fixture)
{
    private const string Retention = $"MeSign:Issuers:{RunningSandbox.IssuerId}:Retention";

    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(16);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Code", "SomethingNewer")]
    [InlineData("Kind", "postcard")]
    [InlineData("Received", "yesterday")]
    public async Task A_row_that_cannot_be_read(string property, string value)
    {
        await using var run = await fixture.StartAsync();
        var (strange, lost) = (TestJob.For(SandboxFixture.Ec, "a-strange"), TestJob.For(SandboxFixture.Ec, "b-lost"));
        foreach (var job in new[] { strange, lost })
        {
            await run.SendAsync(job);
            await run.WorkAsync(StorageNames.Jobs);
        }

        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        await run.Part<TableServiceClient>().GetTableClient(StorageNames.Ledger).UpdateEntityAsync(
            new TableEntity(strange.Key.Batch, strange.Key.Job) { [property] = value }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        run.Time.Advance(Overdue);
        await run.Pipeline.SweepAsync(Cancellation);

        await run.WorkAsync(StorageNames.Deliveries);
        (await run.RowAsync(lost)).State.ShouldBe(StatementState.Relayed);
        run.Logs.Lines.ShouldContain(line => line.Text.StartsWith("2026-10/a-strange cannot be read"));
    }

    [Fact]
    public async Task A_document_that_somebody_holds()
    {
        await using var run = await fixture.StartAsync(($"{Retention}:Documents", "10.00:00:00"));
        foreach (var id in new[] { "a-held", "b-free" })
        {
            await run.SendAsync(TestJob.For(SandboxFixture.Ec, id));
            await run.SealAndDeliverAsync();
        }

        var lease = run.Documents.GetBlobClient("a-held.pdf").GetBlobLeaseClient();
        await lease.AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: Cancellation);

        run.Time.Advance(TimeSpan.FromDays(11));
        await run.Pipeline.SweepAsync(Cancellation);

        (await NamesAsync(run)).ShouldBe(["a-held.pdf"]);
        run.Logs.Lines.ShouldContain(line => line.Text.Contains("1 too old of the kind Document cannot be removed") && line.Text.EndsWith("LeaseIdMissing"));

        await lease.ReleaseAsync(cancellationToken: Cancellation);
        await run.Pipeline.SweepAsync(Cancellation);
        (await NamesAsync(run)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unclaimed_document_that_somebody_holds()
    {
        await using var run = await fixture.StartAsync(("MeSign:Sweep:UnclaimedDocumentsAfter", "90.00:00:00"));
        foreach (var name in new[] { "a-held.pdf", "b-free.pdf" })
            await run.Documents.GetBlobClient(name).UploadAsync(BinaryData.FromString("something"), Cancellation);
        await run.Documents.GetBlobClient("a-held.pdf").GetBlobLeaseClient().AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: Cancellation);

        run.Time.Advance(TimeSpan.FromDays(100));
        await run.Pipeline.SweepAsync(Cancellation);

        (await NamesAsync(run)).ShouldBe(["a-held.pdf"]);
        run.Logs.Lines.ShouldContain(line => line.Text.Contains("cannot be removed (unclaimed-document)"));
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(PipelineRun run) =>
        await run.Documents.GetBlobsAsync(cancellationToken: Cancellation).Select(blob => blob.Name).ToListAsync(Cancellation);
}
