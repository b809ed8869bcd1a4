using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Intake;

/// <summary>The documents of the container <c>statements</c>, each checked to be what its job says.</summary>
public sealed class DocumentStore(BlobServiceClient blobs)
{
    /// <summary>Readers look for the header in the first 1024 bytes (ISO 32000-1 annex H, note 13).</summary>
    private const int HeaderReach = 1024;

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(StorageNames.Documents);

    /// <summary>The whole document. No byte of one that is too large is read.</summary>
    /// <param name="maxBytes">Largest document that the job's issuer allows.</param>
    /// <exception cref="StatementFailedException">DocumentNotFound, DocumentTooLarge, DocumentHashMismatch or DocumentNotPdf.</exception>
    /// <exception cref="RequestFailedException">Storage does not answer, or refuses this host.</exception>
    public async Task<ReadOnlyMemory<byte>> OpenAsync(JobDocument document, long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (BlobName.FindProblem(document.Blob) is { } problem)
            throw Failure(FailureCode.DocumentNotAllowed, document, problem);

        using var download = await StartAsync(document, cancellationToken);
        var length = download.Details.ContentLength;
        if (length > maxBytes)
        {
            throw Failure(FailureCode.DocumentTooLarge, document, string.Create(CultureInfo.InvariantCulture,
                $"is {length:N0} bytes: the issuer allows {maxBytes:N0}"));
        }

        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)length));
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var read = 0; read < bytes.Length;)
        {
            var count = await download.Content.ReadAsync(bytes.AsMemory(read), cancellationToken);
            if (count == 0)
                throw new IOException($"The download ended after {read} of {bytes.Length} bytes");
            sha256.AppendData(bytes, read, count);
            read += count;
        }

        var hash = Convert.ToHexStringLower(sha256.GetHashAndReset());
        if (hash != document.Sha256)
            throw Failure(FailureCode.DocumentHashMismatch, document, $"has the SHA-256 {hash}, the job states {document.Sha256}: send a job for the blob as it is");
        if (bytes.AsSpan(0, Math.Min(bytes.Length, HeaderReach)).IndexOf("%PDF-"u8) < 0)
            throw Failure(FailureCode.DocumentNotPdf, document, $"is not a PDF: no %PDF- in its first {HeaderReach} bytes");
        return bytes;
    }

    /// <summary>Removes a document for good. One that is gone is fine.</summary>
    public async Task RemoveAsync(string blob, CancellationToken cancellationToken)
    {
        if (BlobName.FindProblem(blob) is null)
            await _container.GetBlobClient(blob).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
    }

    private async Task<BlobDownloadStreamingResult> StartAsync(JobDocument document, CancellationToken cancellationToken)
    {
        try
        {
            return await _container.GetBlobClient(document.Blob).DownloadStreamingAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            // A missing container is our own fault or an outage, and says nothing about the job.
            throw Failure(FailureCode.DocumentNotFound, document, "does not exist: upload it before its job is sent", fault);
        }
    }

    private static StatementFailedException Failure(FailureCode code, JobDocument document, string problem, Exception? fault = null) =>
        new(code, $"document.blob {JobText.Quote(document.Blob)} {problem}", fault);
}
