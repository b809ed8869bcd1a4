using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace MeSign.Statements.Storage;

/// <summary>Creates what is missing in the storage account. Safe to call at every start, by many hosts at once.</summary>
public sealed class StorageSetup(BlobServiceClient blobs, QueueServiceClient queues, TableServiceClient tables)
{
    public Task EnsureAsync(CancellationToken cancellationToken) => Task.WhenAll(
    [
        .. StorageNames.WorkQueues.SelectMany(name => new[] { name, name + StorageNames.PoisonSuffix }).Append(StorageNames.Results)
            .Select(name => queues.GetQueueClient(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
        .. new[] { StorageNames.Documents, StorageNames.Sealed, StorageNames.Held, StorageNames.Bounces, StorageNames.BouncesAside }
            .Select(name => blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
        .. new[] { StorageNames.Ledger, StorageNames.LedgerRecipients, StorageNames.LedgerBatches, StorageNames.Suppressions, StorageNames.Certificates }
            .Select(name => tables.CreateTableIfNotExistsAsync(name, cancellationToken)),
    ]);
}
