using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// Messages dropped as blobs into the container <c>bounces</c>. A blob is deleted when its effect is on record; what needs a
/// person is moved to <c>bounces-aside/&lt;day&gt;/&lt;name&gt;</c>, with the reason as its metadata <c>why</c>.
/// </summary>
internal sealed class BounceBlobs(BlobServiceClient blobs, TimeProvider time)
{
    private const int Parallelism = 8;

    private readonly BlobContainerClient _incoming = blobs.GetBlobContainerClient(StorageNames.Bounces);
    private readonly BlobContainerClient _aside = blobs.GetBlobContainerClient(StorageNames.BouncesAside);

    /// <summary>Hands over every blob that is there.</summary>
    /// <param name="record">Makes the message's effect.</param>
    public async Task CollectAsync(Func<ReadOnlyMemory<byte>, CancellationToken, Task<BounceEffect>> record, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            _incoming.GetBlobsAsync(cancellationToken: cancellationToken),
            options,
            async (item, cancelled) => await CollectAsync(_incoming.GetBlobClient(item.Name), record, cancelled));
    }

    private async Task CollectAsync(BlobClient blob, Func<ReadOnlyMemory<byte>, CancellationToken, Task<BounceEffect>> record, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult head = await blob.DownloadContentAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, BounceReader.MaxBytes) }, cancellationToken);
            await SettleAsync(blob, head.Details.ETag, await record(head.Content.ToMemory(), cancellationToken), cancellationToken);
        }
        catch (RequestFailedException empty) when (empty.Status == 416)
        {
            await SettleAsync(blob, ETag.All, await record(ReadOnlyMemory<byte>.Empty, cancellationToken), cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 412)
        {
            // Another worker was faster, or somebody put another message under the name: the next round has it.
        }
    }

    private async Task SettleAsync(BlobClient blob, ETag read, BounceEffect effect, CancellationToken cancellationToken)
    {
        if (effect == BounceEffect.TooEarly)
            return;

        if (effect.IsAside())
        {
            await using var source = await blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);
            var day = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            await _aside.GetBlobClient($"{day}/{blob.Name}").UploadAsync(
                source,
                new BlobUploadOptions { Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["why"] = effect.ToString() } },
                cancellationToken);
        }

        await blob.DeleteAsync(conditions: new BlobRequestConditions { IfMatch = read }, cancellationToken: cancellationToken);
    }
}
