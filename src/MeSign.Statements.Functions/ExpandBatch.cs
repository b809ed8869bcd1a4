using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class ExpandBatch(StatementPipeline pipeline)
{
    [Function(nameof(ExpandBatch))]
    public Task RunAsync([QueueTrigger(StorageNames.Batches, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        pipeline.ExpandAsync(message.Received(), cancellationToken);
}
