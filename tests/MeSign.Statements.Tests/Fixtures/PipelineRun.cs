using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>
/// The pipeline as a host has it, worked by hand: the test takes one message from a queue, hands it over, and deletes it when
/// the call returns, as hosts do.
/// </summary>
internal sealed class PipelineRun : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly RunningSandbox _sandbox;
    private readonly QueueServiceClient _queues;
    private readonly int _mailBefore;
    private readonly int _stampsBefore;

    private PipelineRun(RunningSandbox sandbox, SandboxStorage account, IEnumerable<(string Name, string Value)> settings)
    {
        _sandbox = sandbox;
        _queues = new QueueServiceClient(account.ConnectionString);
        _mailBefore = sandbox.Sink.Count;
        _stampsBefore = sandbox.Timestamps.Issued;
        Connection = account.ConnectionString;
        Blobs = new BlobServiceClient(account.ConnectionString);
        Documents = Blobs.GetBlobContainerClient(StorageNames.Documents);

        var values = new Dictionary<string, string?>(sandbox.Settings, StringComparer.Ordinal)
        {
            ["StatementStorage"] = account.ConnectionString,
            ["MeSign:Relays:sandbox:Timeout"] = "00:00:05",
            ["MeSign:Delivery:FirstDelay"] = "00:00:01",
            ["MeSign:Timestamps:FailuresToBreak"] = "100",
        };
        foreach (var (name, value) in settings)
            values[name] = value;
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddSingleton<TimeProvider>(Time)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs))
            .AddStatements()
            .AddSingleton(_ => TablesOf(account))
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
    }

    public ShiftedTime Time { get; } = new();

    public CapturedLogs Logs { get; } = new();

    public string Connection { get; }

    public BlobServiceClient Blobs { get; }

    public BlobContainerClient Documents { get; }

    public StatementPipeline Pipeline => Part<StatementPipeline>();

    public StatementLedger Ledger => Part<StatementLedger>();

    /// <summary>What the relay has taken since the start.</summary>
    public IReadOnlyList<SinkMessage> Mail => [.. _sandbox.Sink.Messages.Skip(_mailBefore)];

    /// <summary>Timestamps spent since the start.</summary>
    public int Stamps => _sandbox.Timestamps.Issued - _stampsBefore;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PipelineRun> StartAsync(
        RunningSandbox sandbox, SandboxStorage account, IEnumerable<(string Name, string Value)> settings)
    {
        var run = new PipelineRun(sandbox, account, settings);
        await run.Part<StorageSetup>().EnsureAsync(Cancellation);
        return run;
    }

    public T Part<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public QueueClient Queue(string name) => _queues.GetQueueClient(name);

    /// <summary>Uploads the job's document and sends the job.</summary>
    public async Task SendAsync(TestJob job)
    {
        await job.UploadAsync(Documents);
        await Queue(StorageNames.Jobs).SendMessageAsync(job.Json, Cancellation);
    }

    /// <summary>Works on the next message of a queue, waiting for it where it is not visible yet.</summary>
    /// <param name="queue">A queue, or its poison queue.</param>
    public async Task WorkAsync(string queue)
    {
        var client = Queue(queue);
        var deadline = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(20))
        {
            if ((await client.ReceiveMessageAsync(TimeSpan.FromMinutes(5), Cancellation)).Value is { } message)
            {
                await HandAsync(queue, new QueuedMessage(message.MessageId, message.Body, message.DequeueCount));
                await client.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancellation);
                return;
            }

            await Task.Delay(50, Cancellation);
        }

        throw new InvalidOperationException($"no message came on {queue}");
    }

    /// <summary>Works until a queue is empty; one that fills itself again for ever fails the test.</summary>
    public async Task WorkAllAsync(string queue)
    {
        for (var left = 50; await CountAsync(queue) > 0; left--)
        {
            left.ShouldBePositive($"{queue} does not become empty");
            await WorkAsync(queue);
        }
    }

    /// <summary>Seals the next job and relays it.</summary>
    public async Task SealAndDeliverAsync()
    {
        await WorkAsync(StorageNames.Jobs);
        await WorkAsync(StorageNames.Deliveries);
    }

    public async Task<LedgerRow> RowAsync(TestJob job) =>
        await Ledger.FindAsync(job.Key, Cancellation) ?? throw new InvalidOperationException($"{job.Key} is not in the ledger");

    /// <summary>Messages of a queue, visible or not.</summary>
    public async Task<int> CountAsync(string queue) => (await Queue(queue).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount;

    /// <summary>Takes everything that the bank was told so far.</summary>
    public async Task<IReadOnlyList<StatementResult>> ResultsAsync()
    {
        var results = new List<StatementResult>();
        while ((await Queue(StorageNames.Results).ReceiveMessageAsync(TimeSpan.FromMinutes(5), Cancellation)).Value is { } message)
        {
            results.Add(TestJob.ReadResult(message.Body));
            await Queue(StorageNames.Results).DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancellation);
        }

        return results;
    }

    /// <summary>Asserts how many messages the work queues hold, visible or not; the poison queues are empty.</summary>
    public async Task ShouldHaveQueuedAsync(int jobs = 0, int deliveries = 0, int batches = 0)
    {
        (await CountAsync(StorageNames.Jobs)).ShouldBe(jobs, "statement-jobs");
        (await CountAsync(StorageNames.Deliveries)).ShouldBe(deliveries, "statement-deliveries");
        (await CountAsync(StorageNames.Batches)).ShouldBe(batches, "statement-batches");
        foreach (var queue in StorageNames.WorkQueues)
            (await CountAsync(queue + StorageNames.PoisonSuffix)).ShouldBe(0, queue + StorageNames.PoisonSuffix);
    }

    /// <summary>Done before a write to a table leaves.</summary>
    public Action? BeforeTableWrite { get; set; }

    /// <summary>Done when the service has taken a write to a table, before the pipeline hears of it.</summary>
    public Action? OnTableWrite { get; set; }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    private TableServiceClient TablesOf(SandboxStorage account)
    {
        var options = new TableClientOptions();
        options.AddPolicy(new AroundWrites(() => BeforeTableWrite?.Invoke(), () => OnTableWrite?.Invoke()), Azure.Core.HttpPipelinePosition.PerCall);
        return new TableServiceClient(account.ConnectionString, options);
    }

    private Task HandAsync(string queue, QueuedMessage message) => queue switch
    {
        StorageNames.Jobs => Pipeline.SealAsync(message, Cancellation),
        StorageNames.Deliveries => Pipeline.DeliverAsync(message, Cancellation),
        StorageNames.Batches => Pipeline.ExpandAsync(message, Cancellation),
        _ when queue.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal) =>
            Pipeline.AbandonAsync(queue[..^StorageNames.PoisonSuffix.Length], message, Cancellation),
        _ => throw new ArgumentException("not a queue of the pipeline", nameof(queue)),
    };
}
