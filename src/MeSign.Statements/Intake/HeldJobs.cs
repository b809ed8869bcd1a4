using Azure;
using Azure.Storage.Blobs;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Intake;

/// <summary>
/// Jobs that wait for a certificate or for a person's decision, as blobs <c>held/&lt;batch&gt;/&lt;job&gt;.json</c>: the job (or
/// batch order) as it came, for the queue to get back.
/// </summary>
public sealed class HeldJobs(BlobServiceClient blobs)
{
    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.Held);

    /// <param name="json">The job's JSON, UTF-8. The same job parked again is the same bytes.</param>
    public async Task ParkAsync(string batch, string job, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        await Blob(batch, job).UploadAsync(BinaryData.FromBytes(json), overwrite: true, cancellationToken);

    /// <returns>The job's JSON, UTF-8; null where no such job is parked.</returns>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(string batch, string job, CancellationToken cancellationToken)
    {
        try
        {
            var content = await Blob(batch, job).DownloadContentAsync(cancellationToken);
            return content.Value.Content.ToMemory();
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    public async Task RemoveAsync(string batch, string job, CancellationToken cancellationToken) =>
        await Blob(batch, job).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    private BlobClient Blob(string batch, string job) => container.GetBlobClient($"{batch}/{job}.json");
}
