using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>One host over the pipeline, with its own clients and memory, that works on one message at a time until it dies.</summary>
internal sealed class CrashProcess : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly StatementPipeline _pipeline;
    private readonly QueueServiceClient _queues;
    private readonly Misdeed _misdeed;

    public CrashProcess(CrashStorage storage, IServiceCollection services, Misdeed misdeed)
    {
        _misdeed = misdeed;
        _queues = new QueueServiceClient(storage.Connection, Watched(new QueueClientOptions()));
        _services = services
            .AddSingleton<TimeProvider>(storage.Time)
            .AddSingleton(new BlobServiceClient(storage.Connection, Watched(new BlobClientOptions())))
            .AddSingleton(_queues)
            .AddSingleton(new TableServiceClient(storage.Connection, Watched(new TableClientOptions())))
            .BuildServiceProvider();
        _pipeline = _services.GetRequiredService<StatementPipeline>();
    }

    public ProcessLife Life { get; } = new();

    /// <summary>Works on a message and deletes it, as a host does.</summary>
    /// <returns>What became of it: null where it is done with, otherwise what was thrown.</returns>
    public Task<Exception?> TryWorkAsync(string queue, QueueMessage message, CrashPlan? plan, CancellationToken cancellationToken) => TryAsync(plan, async () =>
    {
        if (_misdeed == Misdeed.DeletesFirst)
            await _queues.GetQueueClient(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
        var handed = new QueuedMessage(message.MessageId, message.Body, message.DequeueCount);
        await (queue switch
        {
            StorageNames.Batches => _pipeline.ExpandAsync(handed, cancellationToken),
            StorageNames.Jobs => _pipeline.SealAsync(handed, cancellationToken),
            StorageNames.Deliveries => _pipeline.DeliverAsync(handed, cancellationToken),
            _ => _pipeline.AbandonAsync(queue[..^StorageNames.PoisonSuffix.Length], handed, cancellationToken),
        });
        if (_misdeed != Misdeed.DeletesFirst)
            await _queues.GetQueueClient(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
    });

    public Task<Exception?> TrySweepAsync(CrashPlan? plan, CancellationToken cancellationToken) => TryAsync(plan, () => _pipeline.SweepAsync(cancellationToken));

    public Task<Exception?> TryAsync<T>(CrashPlan? plan, Func<T, Task> work)
        where T : notnull => TryAsync(plan, () => work(_services.GetRequiredService<T>()));

    public Task<Exception?> TryAsync<T1, T2>(CrashPlan? plan, Func<T1, T2, Task> work)
        where T1 : notnull
        where T2 : notnull => TryAsync(plan, () => work(_services.GetRequiredService<T1>(), _services.GetRequiredService<T2>()));

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async Task<Exception?> TryAsync(CrashPlan? plan, Func<Task> work)
    {
        Life.Plan = plan;
        try
        {
            await work();
            return null;
        }
#pragma warning disable CA1031 // The seam of a trigger: whatever is thrown, the message goes back.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return thrown;
        }
    }

    private T Watched<T>(T options)
        where T : ClientOptions
    {
        options.AddPolicy(new LifePolicy(Life), HttpPipelinePosition.PerCall);
        if (_misdeed != Misdeed.None)
            options.AddPolicy(new MisdeedPolicy(_misdeed), HttpPipelinePosition.PerCall);
        return options;
    }
}
