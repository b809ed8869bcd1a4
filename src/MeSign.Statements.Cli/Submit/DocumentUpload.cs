using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Intake;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Cli.Submit;

/// <summary>Writes a document's hash into its job, and puts the document where the job says.</summary>
internal sealed class DocumentUpload(BlobServiceClient blobs)
{
    private const string Hash = "sha256";
    private const string Ordered = "ordered";
    private const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(StorageNames.Documents);

    /// <summary>
    /// Fills in what <paramref name="job"/>'s document leaves out: the blob (<c>batch/id.pdf</c>), the name (the file's)
    /// and the hash; a hash of zeros counts as left out.
    /// </summary>
    /// <exception cref="CommandException">There is no such file, or the job states another hash.</exception>
    public static async Task FillInAsync(JsonObject job, string? batch, FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
            throw CommandException.Usage($"{file.FullName} does not exist.");

        if (job["document"] is not JsonObject document)
            job["document"] = document = [];

        document["blob"] ??= $"{JobFile.Text(job, "batch") ?? batch ?? JobReader.DefaultBatch}/{JobFile.Text(job, "id")}.pdf";
        document["name"] ??= file.Name;

        await using var content = file.OpenRead();
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        if (JobFile.Text(document, "sha256") is { } stated && stated != NoHash && !stated.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw CommandException.Usage($"document.sha256 of {JobFile.Text(job, "id")} is not the hash of {file.Name} ({sha256}): remove it, or give the document that it is of.");

        document["sha256"] = sha256;
    }

    /// <summary>Never overwrites: a job that waits on its queue may mean the blob that is there. What is there already is not sent again.</summary>
    /// <returns>Whether it was uploaded now.</returns>
    /// <exception cref="CommandException">The blob exists with another content.</exception>
    public async Task<bool> PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        content.Position = 0;
        var blob = _container.GetBlobClient(name);
        if (await IsThereAsync(blob, sha256, cancellationToken))
            return false;

        try
        {
            await blob.UploadAsync(
                content,
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                    Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [Hash] = sha256 },
                },
                cancellationToken);
            return true;
        }
        catch (RequestFailedException exists) when (exists.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            // Somebody else was quicker, or the answer to our own request was lost.
            return await IsThereAsync(blob, sha256, cancellationToken);
        }
    }

    /// <inheritdoc cref="PutAsync(string, Stream, string, CancellationToken)"/>
    public async Task<bool> PutAsync(string name, FileInfo file, CancellationToken cancellationToken)
    {
        await using var content = file.OpenRead();
        return await PutAsync(name, content, "application/pdf", cancellationToken);
    }

    /// <summary>
    /// Notes that a manifest's order was sent, in a blob beside it: a worker may be expanding the manifest by now, and would
    /// take one whose ETag changes for another.
    /// </summary>
    public async Task MarkOrderedAsync(string name, CancellationToken cancellationToken) =>
        await Mark(name).UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);

    /// <summary>Whether a manifest's order was sent before.</summary>
    public async Task<bool> WasOrderedAsync(string name, CancellationToken cancellationToken) => await Mark(name).ExistsAsync(cancellationToken);

    private BlobClient Mark(string manifest) => _container.GetBlobClient($"{manifest}.{Ordered}");

    /// <exception cref="CommandException">The blob exists with another content.</exception>
    private static async Task<bool> IsThereAsync(BlobClient blob, string sha256, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            if (!properties.Metadata.TryGetValue(Hash, out var there))
            {
                await using var content = await blob.OpenReadAsync(cancellationToken: cancellationToken);
                there = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
            }

            return there == sha256
                ? true
                : throw CommandException.Failed($"the blob {blob.Name} exists with another content: give the job another id or document.blob, or the batch another id.");
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return false;
        }
    }
}
