using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class RecordAbandonedBatch(StatementPipeline pipeline)
{
    [Function(nameof(RecordAbandonedBatch))]
    public Task RunAsync([QueueTrigger(Triggers.AbandonedBatches, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        pipeline.AbandonAsync(StorageNames.Batches, message.Received(), cancellationToken);
}
