using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Delivery;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>A storage account for schedules that share their queues, as seen by those who never die: the queue service, the bank, the auditor.</summary>
internal sealed class CrashStorage
{
    private readonly QueueServiceClient _queues;
    private readonly BlobServiceClient _blobs;
    private readonly TableServiceClient _tables;

    private CrashStorage(RunningSandbox sandbox, string connection)
    {
        Connection = connection;
        _queues = new QueueServiceClient(connection);
        _blobs = new BlobServiceClient(connection);
        var tables = new TableServiceClient(connection);
        var options = new LedgerOptions { RecipientKey = sandbox.Settings["MeSign:Ledger:RecipientKey"]! };
        Ledger = new StatementLedger(tables, options, Time);
        Batches = new BatchRegister(tables, Time);
        Audit = new LedgerAudit(tables, options);
        Suppressions = new SuppressionList(tables, Time);
        _tables = tables;
    }

    public string Connection { get; }

    public ShiftedTime Time { get; } = new();

    public StatementLedger Ledger { get; }

    public BatchRegister Batches { get; }

    public LedgerAudit Audit { get; }

    public SuppressionList Suppressions { get; }

    /// <summary>The mailbox of what comes back, where there is one.</summary>
    public Func<CrashSlot, ImapOptions>? Mailbox { get; set; }

    public static async Task<CrashStorage> CreateAsync(RunningSandbox sandbox, SandboxStorage account, CancellationToken cancellationToken)
    {
        var storage = new CrashStorage(sandbox, account.ConnectionString);
        await new StorageSetup(storage._blobs, storage._queues, new TableServiceClient(account.ConnectionString)).EnsureAsync(cancellationToken);
        return storage;
    }

    public async Task SendAsync(string queue, string body, CancellationToken cancellationToken) =>
        await _queues.GetQueueClient(queue).SendMessageAsync(body, cancellationToken);

    public Task UploadAsync(string name, BinaryData content, CancellationToken cancellationToken) => UploadAsync(StorageNames.Documents, name, content, cancellationToken);

    public Task UploadAsync(string container, string name, BinaryData content, CancellationToken cancellationToken) =>
        _blobs.GetBlobContainerClient(container).GetBlobClient(name).UploadAsync(content, overwrite: true, cancellationToken);

    public async Task<QueueMessage[]> ReceiveAsync(string queue, CancellationToken cancellationToken) =>
        (await _queues.GetQueueClient(queue).ReceiveMessagesAsync(32, TimeSpan.FromHours(1), cancellationToken)).Value;

    /// <summary>The time is over for which the message was invisible.</summary>
    public async Task ReleaseAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _queues.GetQueueClient(queue).UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero, cancellationToken: cancellationToken);
        }
        catch (Azure.RequestFailedException gone) when (gone.Status == 404 || gone.ErrorCode == "PopReceiptMismatch")
        {
            // Deleted, and the worker died before it knew; or the other worker deleted it; or it is visible by now, and only the answer was lost.
        }
    }

    /// <summary>The message was tried too often: as a host does, it is copied to the poison queue and then deleted.</summary>
    public async Task GiveUpAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        await _queues.GetQueueClient(queue + StorageNames.PoisonSuffix).SendMessageAsync(message.Body, cancellationToken: cancellationToken);
        try
        {
            await _queues.GetQueueClient(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
        }
        catch (Azure.RequestFailedException gone) when (gone.Status == 404 || gone.ErrorCode == "PopReceiptMismatch")
        {
            // Deleted, and the worker died before it knew: the host has a message that is done with in the poison queue.
        }
    }

    /// <summary>Takes everything that the bank was told: results, and completions.</summary>
    public async Task<(IReadOnlyList<StatementResult> Results, IReadOnlyList<BatchCompletion> Completions)> ToldAsync(CancellationToken cancellationToken)
    {
        var (results, completions) = (new List<StatementResult>(), new List<BatchCompletion>());
        while (await ReceiveAsync(StorageNames.Results, cancellationToken) is { Length: > 0 } messages)
        {
            foreach (var json in messages.Select(message => Convert.FromBase64String(Encoding.ASCII.GetString(message.Body))))
            {
                if (JsonDocument.Parse(json).RootElement.TryGetProperty("event", out _))
                    completions.Add(JsonSerializer.Deserialize(json, DeliveryJson.Default.BatchCompletion)!);
                else
                    results.Add(JsonSerializer.Deserialize(json, DeliveryJson.Default.StatementResult)!);
            }
        }

        return (results, completions);
    }

    /// <summary>The finished messages in the outbox, <c>batch/job.eml</c>.</summary>
    public async Task<IReadOnlySet<string>> SealedAsync(CancellationToken cancellationToken) =>
        await _blobs.GetBlobContainerClient(StorageNames.Sealed).GetBlobsAsync(cancellationToken: cancellationToken)
            .Select(blob => blob.Name).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);

    /// <summary>All blobs of a container, by name.</summary>
    public async Task<IReadOnlyDictionary<string, BinaryData>> BlobsAsync(string container, CancellationToken cancellationToken)
    {
        var (client, blobs) = (_blobs.GetBlobContainerClient(container), new Dictionary<string, BinaryData>(StringComparer.Ordinal));
        await foreach (var blob in client.GetBlobsAsync(cancellationToken: cancellationToken))
            blobs[blob.Name] = (await client.GetBlobClient(blob.Name).DownloadContentAsync(cancellationToken)).Value.Content;
        return blobs;
    }

    /// <summary>Every entity (<c>table/partition/row</c>) and every blob (<c>container/name</c>) in which one of the texts stands.</summary>
    public async Task<IReadOnlyList<string>> PlacesOfAsync(string[] texts, CancellationToken cancellationToken)
    {
        var places = new List<string>();
        await foreach (var table in _tables.QueryAsync(cancellationToken: cancellationToken))
        {
            await foreach (var entity in _tables.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: cancellationToken))
            {
                if (((IDictionary<string, object>)entity).Values.OfType<string>().Any(Names))
                    places.Add($"{table.Name}/{entity.PartitionKey}/{entity.RowKey}");
            }
        }

        await foreach (var container in _blobs.GetBlobContainersAsync(cancellationToken: cancellationToken))
            places.AddRange((await BlobsAsync(container.Name, cancellationToken)).Where(blob => Names(blob.Key) || Names(blob.Value.ToString())).Select(blob => $"{container.Name}/{blob.Key}"));
        return places;

        bool Names(string text) => Array.Exists(texts, wanted => text.Contains(wanted, StringComparison.Ordinal));
    }
}
