using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// Messages dropped as blobs into the container <c>bounces</c>. A blob is deleted when its effect is on record; what needs a
/// person is moved to <c>bounces-aside/&lt;day&gt;/&lt;version&gt;/&lt;name&gt;</c>, with the reason as its metadata <c>why</c>.
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
            async (item, cancelled) => await CollectAsync(_incoming.GetBlobClient(item.Name), item.Properties.ETag!.Value, record, cancelled));
    }

    private async Task CollectAsync(BlobClient blob, ETag listed, Func<ReadOnlyMemory<byte>, CancellationToken, Task<BounceEffect>> record, CancellationToken cancellationToken)
    {
        try
        {
            var (content, read) = await ReadAsync(blob, listed, cancellationToken);
            await SettleAsync(blob, read, await record(content, cancellationToken), cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 412)
        {
            // Another worker was faster, or somebody put another message under the name: the next round has it.
        }
    }

    private static async Task<(ReadOnlyMemory<byte> Content, ETag Read)> ReadAsync(BlobClient blob, ETag listed, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult head = await blob.DownloadContentAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, BounceReader.MaxBytes) }, cancellationToken);
            return (head.Content.ToMemory(), head.Details.ETag);
        }
        catch (RequestFailedException empty) when (empty.Status == 416)
        {
            // As it was listed: whoever makes a blob first and writes it then has perhaps written it by now.
            return (ReadOnlyMemory<byte>.Empty, listed);
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
            // Another message of that name, the same day, is another message.
            await _aside.GetBlobClient($"{day}/{read.ToString("H").Trim('"')}/{blob.Name}").UploadAsync(
                source,
                new BlobUploadOptions { Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["why"] = effect.ToString() } },
                cancellationToken);
        }

        await blob.DeleteAsync(conditions: new BlobRequestConditions { IfMatch = read }, cancellationToken: cancellationToken);
    }
}
