using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>One host over the pipeline, with its own clients and memory, that dies where its life says.</summary>
internal sealed class CrashProcess : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly StatementPipeline _pipeline;
    private readonly QueueServiceClient _queues;

    public CrashProcess(CrashLane lane, IServiceCollection services, ProcessLife life)
    {
        Life = life;
        var policy = new LifePolicy(life);
        var blobs = new BlobClientOptions();
        blobs.AddPolicy(policy, Azure.Core.HttpPipelinePosition.PerCall);
        var queues = new QueueClientOptions();
        queues.AddPolicy(policy, Azure.Core.HttpPipelinePosition.PerCall);
        var tables = new TableClientOptions();
        tables.AddPolicy(policy, Azure.Core.HttpPipelinePosition.PerCall);
        _queues = new QueueServiceClient(lane.Connection, queues);
        _services = services
            .AddSingleton<TimeProvider>(lane.Time)
            .AddSingleton(new BlobServiceClient(lane.Connection, blobs))
            .AddSingleton(_queues)
            .AddSingleton(new TableServiceClient(lane.Connection, tables))
            .BuildServiceProvider();
        _pipeline = _services.GetRequiredService<StatementPipeline>();
    }

    public ProcessLife Life { get; }

    /// <summary>Works on a message and deletes it, as a host does.</summary>
    /// <returns>What became of it: null where it is done with, otherwise what was thrown.</returns>
    public async Task<Exception?> TryWorkAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var handed = new QueuedMessage(message.MessageId, message.Body, message.DequeueCount);
            await (queue switch
            {
                StorageNames.Batches => _pipeline.ExpandAsync(handed, cancellationToken),
                StorageNames.Jobs => _pipeline.SealAsync(handed, cancellationToken),
                _ => _pipeline.DeliverAsync(handed, cancellationToken),
            });
            await _queues.GetQueueClient(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
            return null;
        }
#pragma warning disable CA1031 // The seam of a trigger: whatever is thrown, the message goes back.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return thrown;
        }
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _pipeline.SweepAsync(cancellationToken);
        }
        catch (ProcessDiedException)
        {
        }
    }

    public Task ResendAsync(LedgerRow row, CancellationToken cancellationToken) => _services.GetRequiredService<Decisions>().ResendAsync(row, "an operator", cancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
