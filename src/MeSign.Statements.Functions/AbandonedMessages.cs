using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Functions;

/// <summary>
/// Records what is on a poison queue, for as long as it takes. The host runs such a message <c>maxDequeueCount</c> times
/// and then leaves it to expire: an outage of the ledger would lose it without an outcome. Needs a maxDequeueCount of 2 or more.
/// </summary>
public sealed class AbandonedMessages(StatementPipeline pipeline, QueueServiceClient queues)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    /// <param name="queue">The queue that the message came from, without the suffix.</param>
    public async Task RecordAsync(string queue, QueueMessage message, CancellationToken cancellationToken)
    {
        // A try before this one failed: a new message begins to count anew. Whoever receives from a queue can send to it.
        if (message.DequeueCount > 1)
        {
            await queues.GetQueueClient(queue + StorageNames.PoisonSuffix).SendMessageAsync(message.Body, Pause, Forever, cancellationToken);
            return;
        }

        await pipeline.AbandonAsync(queue, message.Received(), cancellationToken);
    }
}
