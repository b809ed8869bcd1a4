using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sealing;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Delivery;

/// <summary>
/// Finished messages, as blobs <c>sealed/&lt;batch&gt;/&lt;job&gt;.eml</c>. Each is written once and never changed, so that
/// an outage of the relay costs no signature, and every attempt sends the same bytes.
/// </summary>
public sealed class Outbox(BlobServiceClient blobs)
{
    private const string Suffix = ".eml";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(StorageNames.Sealed);

    /// <summary>Keeps a message, unless the statement has one already.</summary>
    public async Task<OutboxPut> PutAsync(StatementKey key, string issuer, SealedMessage message, CancellationToken cancellationToken)
    {
        var sha256 = message.Eml.Sha256();
        var entry = new OutboxEntry
        {
            Key = key,
            Issuer = issuer,
            MessageId = message.MessageId,
            Encrypted = message.Encrypted,
            EncryptedTo = message.EncryptedTo,
            Timestamp = message.Timestamp,
            Repaired = message.Repaired,
            Sha256 = sha256,
            Bytes = message.Eml.Length,
        };

        try
        {
            await using var eml = message.Eml.Open();
            await Blob(key).UploadAsync(
                eml,
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = "message/rfc822" },
                    Metadata = OutboxMetadata.Write(entry),
                },
                cancellationToken);
            return new OutboxPut(entry, Written: true);
        }
        catch (RequestFailedException exists) when (exists.Status is 409 or 412)
        {
            BlobProperties properties = await Blob(key).GetPropertiesAsync(cancellationToken: cancellationToken);
            var kept = OutboxMetadata.Read(key, properties.Metadata, properties.ContentLength);

            // The client repeats a request whose answer was lost on the way: then the blob that is in the way is ours. Two
            // messages never have the same hash by chance, each has its own timestamp and content key.
            return new OutboxPut(kept, Written: kept.Sha256 == sha256);
        }
    }

    /// <returns>Null where no message was made yet.</returns>
    public async Task<OutboxEntry?> FindAsync(StatementKey key, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await Blob(key).GetPropertiesAsync(cancellationToken: cancellationToken);
            return OutboxMetadata.Read(key, properties.Metadata, properties.ContentLength);
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    /// <summary>The message, byte for byte as it was sealed.</summary>
    /// <param name="sha256">As the ledger has it: the blob's own metadata would come along with a copy of another statement's message.</param>
    /// <exception cref="InvalidDataException">The blob's bytes are not those that were written.</exception>
    public async Task<ReadOnlyMemory<byte>> OpenAsync(StatementKey key, string? sha256, CancellationToken cancellationToken)
    {
        using BlobDownloadStreamingResult download = await Blob(key).DownloadStreamingAsync(cancellationToken: cancellationToken);
        var eml = GC.AllocateUninitializedArray<byte>(checked((int)download.Details.ContentLength));
        await download.Content.ReadExactlyAsync(eml, cancellationToken);
        if (Convert.ToHexStringLower(SHA256.HashData(eml)) != sha256)
            throw new InvalidDataException($"sealed/{Name(key)} is not what was sealed for this statement: its SHA-256 differs from the ledger's");

        return eml;
    }

    /// <summary>Removes a message for good. One that is gone is fine.</summary>
    public async Task RemoveAsync(StatementKey key, CancellationToken cancellationToken) =>
        await Blob(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);

    /// <returns>Whose message a blob of the outbox is; null where nothing of ours is called that.</returns>
    public static StatementKey? KeyOf(string blob) =>
        blob.Split('/') is [var batch, var file] && file.EndsWith(Suffix, StringComparison.Ordinal) && StatementKey.IsPart(batch) && StatementKey.IsPart(file[..^Suffix.Length])
            ? new StatementKey(batch, file[..^Suffix.Length])
            : null;

    private BlobClient Blob(StatementKey key) => _container.GetBlobClient(Name(key));

    private static string Name(StatementKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Batch}/{key.Job}{Suffix}");
}
