using Azure.Storage.Queues;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli.Runner;

/// <summary>The functions of the Functions app as one process: which queue runs what, and the sweep.</summary>
internal sealed partial class StatementRunner(
    StatementPipeline pipeline,
    StorageSetup storage,
    QueueServiceClient queues,
    IOptions<QueueSettings> settings,
    IOptions<RunnerOptions> options,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger<StatementRunner>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await PrepareAsync(stoppingToken))
            return;

        Log.Running(_logger, settings.Value.BatchSize, settings.Value.Threshold, settings.Value.MaxDequeueCount);
        await Task.WhenAll(
            WorkAsync(StorageNames.Batches, pipeline.ExpandAsync, stoppingToken),
            WorkAsync(StorageNames.Jobs, pipeline.SealAsync, stoppingToken),
            WorkAsync(StorageNames.Deliveries, pipeline.DeliverAsync, stoppingToken),
            AbandonAsync(StorageNames.Batches, stoppingToken),
            AbandonAsync(StorageNames.Jobs, stoppingToken),
            AbandonAsync(StorageNames.Deliveries, stoppingToken),
            SweepAsync(stoppingToken),
            BouncesAsync(stoppingToken),
            Heartbeat.RunAsync(options.Value.HeartbeatFile, time, stoppingToken));
        Log.Stopped(_logger);
    }

    private Task WorkAsync(string queue, Func<QueuedMessage, CancellationToken, Task> run, CancellationToken stopping) =>
        Worker(queues.GetQueueClient(queue), queues.GetQueueClient(Poison(queue)), run).RunAsync(stopping);

    private Task AbandonAsync(string queue, CancellationToken stopping) =>
        Worker(queues.GetQueueClient(Poison(queue)), null, (message, held) => pipeline.AbandonAsync(queue, message, held)).RunAsync(stopping);

    private static string Poison(string queue) => queue + StorageNames.PoisonSuffix;

    private QueueWorker Worker(QueueClient queue, QueueClient? poison, Func<QueuedMessage, CancellationToken, Task> run) =>
        new(queue, poison, run, settings.Value, options.Value, time, loggers.CreateLogger<QueueWorker>());

    /// <returns>False when the process is asked to stop before storage answered.</returns>
    private async Task<bool> PrepareAsync(CancellationToken stopping)
    {
        var delay = new PollingDelay(TimeSpan.FromSeconds(30));
        var logged = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await storage.EnsureAsync(stopping);
                return true;
            }
            catch (Exception exception) when (StorageOutage.Is(exception))
            {
                if (!logged && !stopping.IsCancellationRequested)
                    Log.NotReady(_logger, ExceptionSummary.Of(exception));
                logged = true;
                await Task.Delay(delay.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await pipeline.SweepAsync(stopping);
            }
#pragma warning disable CA1031 // The one seam of this trigger: the next sweep tries again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!stopping.IsCancellationRequested)
                    Log.SweepFailed(_logger, ExceptionSummary.Of(exception));
            }

            await Task.Delay(options.Value.SweepInterval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads what came back: at every interval, and whenever the mailbox announces a message.</summary>
    private async Task BouncesAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await pipeline.CollectBouncesAsync(stopping);
                await pipeline.WaitForBouncesAsync(options.Value.SweepInterval, stopping);
            }
#pragma warning disable CA1031 // The one seam of this trigger: the next round tries again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!stopping.IsCancellationRequested)
                    Log.BouncesFailed(_logger, exception is StatementDelayedException ? exception.Message : ExceptionSummary.Of(exception));
                await Task.Delay(options.Value.SweepInterval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Information, "Running: {BatchSize} messages at once, the next when {Threshold} are left, {MaxDequeueCount} tries")]
        public static partial void Running(ILogger logger, int batchSize, int threshold, int maxDequeueCount);

        [LoggerMessage(3102, LogLevel.Information, "Stopped: every message taken is settled")]
        public static partial void Stopped(ILogger logger);

        [LoggerMessage(3103, LogLevel.Error, "Storage does not answer, waiting for it: {Failure}")]
        public static partial void NotReady(ILogger logger, string failure);

        [LoggerMessage(3104, LogLevel.Warning, "The sweep failed; the next one tries again: {Failure}")]
        public static partial void SweepFailed(ILogger logger, string failure);

        [LoggerMessage(3105, LogLevel.Warning, "Bounces cannot be read; the next round tries again: {Failure}")]
        public static partial void BouncesFailed(ILogger logger, string failure);
    }
}
