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

    /// <summary>Never overwrites: a job that waits on its queue may mean the blob that is there.</summary>
    /// <exception cref="CommandException">The blob exists with another content.</exception>
    public async Task PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken)
    {
        var blob = _container.GetBlobClient(name);
        try
        {
            await blob.UploadAsync(
                content,
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                },
                cancellationToken);
        }
        catch (RequestFailedException exists) when (exists.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            content.Position = 0;
            await using var there = await blob.OpenReadAsync(cancellationToken: cancellationToken);
            var (old, given) = (await SHA256.HashDataAsync(there, cancellationToken), await SHA256.HashDataAsync(content, cancellationToken));
            if (!old.AsSpan().SequenceEqual(given))
                throw CommandException.Failed($"the blob {name} exists with another content: give the job another id or document.blob, or the batch another id.");
        }
    }

    /// <inheritdoc cref="PutAsync(string, Stream, string, CancellationToken)"/>
    public async Task PutAsync(string name, FileInfo file, CancellationToken cancellationToken)
    {
        await using var content = file.OpenRead();
        await PutAsync(name, content, "application/pdf", cancellationToken);
    }
}
