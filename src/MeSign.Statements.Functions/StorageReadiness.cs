using Azure;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Functions;

/// <summary>
/// Creates queues, containers and tables that are missing, beside the running triggers: these wait for a queue that is
/// not there, and a message that comes too early goes back to its queue.
/// </summary>
internal sealed partial class StorageReadiness(StorageSetup storage, TimeProvider time, ILogger<StorageReadiness> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await storage.EnsureAsync(stoppingToken);
                return;
            }
            // What leaves here ends the host, and with it all that it is working on.
            catch (Exception exception) when (StorageOutage.Is(exception) && !stoppingToken.IsCancellationRequested)
            {
                Log.NotReady(logger, exception.GetType().Name, (exception as RequestFailedException)?.ErrorCode);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "Storage is not ready, waiting for it: {Failure} {ErrorCode}")]
        public static partial void NotReady(ILogger logger, string failure, string? errorCode);
    }
}
