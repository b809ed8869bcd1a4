using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Runs schedules one after the other in a storage account of its own: other lanes run beside it.</summary>
internal sealed class CrashLane : IAsyncDisposable
{
    private const int Slots = 12;
    private const int MaxRounds = 30;

    private readonly List<CrashSlot> _slots;
    private readonly QueueServiceClient _queues;
    private readonly BlobContainerClient _documents;
    private readonly ConcurrentDictionary<string, int> _places;
    private int _started;

    private CrashLane(RunningSandbox sandbox, SandboxStorage account, string name, ConcurrentDictionary<string, int> places)
    {
        Connection = account.ConnectionString;
        _places = places;
        _slots = [.. Enumerable.Range(0, Slots).Select(number => CrashSlot.Create(sandbox, Connection, $"{name}-{number}"))];
        _queues = new QueueServiceClient(Connection);
        _documents = new BlobContainerClient(Connection, StorageNames.Documents);
        var tables = new TableServiceClient(Connection);
        var options = new LedgerOptions { RecipientKey = sandbox.Settings["MeSign:Ledger:RecipientKey"]! };
        Ledger = new StatementLedger(tables, options, Time);
        Batches = new BatchRegister(tables, Time);
        Audit = new LedgerAudit(tables, options);
    }

    public string Connection { get; }

    public ShiftedTime Time { get; } = new();

    public StatementLedger Ledger { get; }

    public BatchRegister Batches { get; }

    public LedgerAudit Audit { get; }

    public IReadOnlyList<CrashSlot> All => _slots;

    public static async Task<CrashLane> StartAsync(
        RunningSandbox sandbox, SandboxStorage account, string name, ConcurrentDictionary<string, int> places, CancellationToken cancellationToken)
    {
        var lane = new CrashLane(sandbox, account, name, places);
        await new StorageSetup(new BlobServiceClient(account.ConnectionString), lane._queues, new TableServiceClient(account.ConnectionString)).EnsureAsync(cancellationToken);
        await TestJob.For(SandboxFixture.Ec, "shared").UploadAsync(lane._documents);
        return lane;
    }

    /// <returns>What the promise was broken by; nothing where it was kept.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CrashSchedule schedule, CancellationToken cancellationToken)
    {
        var run = new CrashRun(this, schedule, $"s{Interlocked.Increment(ref _started)}");
        try
        {
            return await run.RunAsync(MaxRounds, cancellationToken);
        }
        finally
        {
            foreach (var slot in _slots)
                await slot.StopAsync();
        }
    }

    public CrashProcess Start(int number, int? dieAt) => _slots[number % Slots].Start(this, dieAt, _places);

    public async Task SendAsync(string queue, string body, CancellationToken cancellationToken) =>
        await _queues.GetQueueClient(queue).SendMessageAsync(body, cancellationToken);

    public Task UploadAsync(string name, string text, CancellationToken cancellationToken) =>
        _documents.GetBlobClient(name).UploadAsync(BinaryData.FromString(text), overwrite: true, cancellationToken);

    public async Task<QueueMessage[]> ReceiveAsync(string queue, CancellationToken cancellationToken) =>
        (await _queues.GetQueueClient(queue).ReceiveMessagesAsync(8, TimeSpan.FromMinutes(5), cancellationToken)).Value;

    /// <summary>The time is over for which the message was invisible.</summary>
    public async Task ReleaseAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _queues.GetQueueClient(queue).UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero, cancellationToken: cancellationToken);
        }
        catch (Azure.RequestFailedException gone) when (gone.Status == 404)
        {
            // Deleted, and the worker died before it knew; or the other worker deleted it.
        }
    }

    /// <summary>Takes everything that the bank was told.</summary>
    public async Task<(IReadOnlyList<StatementResult> Results, int Completions)> ToldAsync(CancellationToken cancellationToken)
    {
        var results = new List<StatementResult>();
        var completions = 0;
        var queue = _queues.GetQueueClient(StorageNames.Results);
        foreach (var message in (await queue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), cancellationToken)).Value)
        {
            var json = Convert.FromBase64String(Encoding.ASCII.GetString(message.Body));
            if (JsonDocument.Parse(json).RootElement.TryGetProperty("event", out _))
                completions++;
            else
                results.Add(JsonSerializer.Deserialize(json, DeliveryJson.Default.StatementResult)!);
        }

        await queue.ClearMessagesAsync(cancellationToken);
        return (results, completions);
    }

    /// <summary>Removes a schedule's rows, so that sweeps of those after it do not read them.</summary>
    public async Task ForgetAsync(string batch, CancellationToken cancellationToken)
    {
        var tables = new TableServiceClient(Connection);
        var rows = await tables.GetTableClient(StorageNames.Ledger).QueryAsync<TableEntity>($"PartitionKey eq '{batch}'", select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        await tables.GetTableClient(StorageNames.Ledger).SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, Azure.ETag.All)), cancellationToken);
        await tables.GetTableClient(StorageNames.LedgerBatches).DeleteEntityAsync(batch, "batch", cancellationToken: cancellationToken);
    }

    public async Task<bool> HasBlobAsync(StatementKey key, CancellationToken cancellationToken) =>
        await new BlobContainerClient(Connection, StorageNames.Sealed).GetBlobClient($"{key.Batch}/{key.Job}.eml").ExistsAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _slots)
            await slot.DisposeAsync();
    }
}
