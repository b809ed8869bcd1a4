using MeSign.Statements.Delivery;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>
/// Keeps an outage of the storage from using up the tries of a message. A host gives up after five, half a minute apart: without
/// this, whatever was taken in the first minutes of an outage of blobs or tables would be Abandoned, and wait for a person.
/// </summary>
internal sealed partial class OutageGuard(StatementQueues queues, ILogger<OutageGuard> logger)
{
    /// <summary>Tries that are left to the host: most outages are over by then.</summary>
    private const int HostTries = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <param name="queue">Where the message came from.</param>
    /// <param name="message">What to run.</param>
    /// <param name="run">Throws when the message is to be tried again.</param>
    public async Task RunAsync(string queue, QueuedMessage message, Func<QueuedMessage, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        try
        {
            await run(message, cancellationToken);
        }
        catch (Exception outage) when (message.DequeueCount > HostTries && StorageOutage.IsAway(outage) && !cancellationToken.IsCancellationRequested)
        {
            await queues.RenewAsync(queue, message.Body, Pause, cancellationToken);
            Log.Away(logger, queue, message.Id, outage.GetType().Name, Pause);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Queue}: storage does not answer ({Failure}); message {MessageId} is tried again in {Pause}")]
        public static partial void Away(ILogger logger, string queue, string messageId, string failure, TimeSpan pause);
    }
}
