using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;

namespace MeSign.Statements.Storage;

/// <summary>Walks through a container a page a time: 5,000 names, one request, however many blobs there are; the next run goes on after them.</summary>
internal sealed class BlobScan(BlobServiceClient blobs, ScanPositions positions)
{
    private const int PageSize = 5000;

    /// <summary>Blobs of the next page that were last written before an instant, by the service's clock.</summary>
    public async IAsyncEnumerable<string> NextAsync(string container, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var scan = $"blobs-{container}";
        var begin = await positions.FindAsync(scan, cancellationToken);
        await foreach (var page in blobs.GetBlobContainerClient(container).GetBlobsAsync(cancellationToken: cancellationToken).AsPages(begin, PageSize).Take(1))
        {
            foreach (var blob in page.Values.Where(blob => blob.Properties.LastModified < before))
                yield return blob.Name;
            if (!string.IsNullOrEmpty(begin) || !string.IsNullOrEmpty(page.ContinuationToken))
                await positions.SaveAsync(scan, page.ContinuationToken, cancellationToken);
        }
    }
}
