using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class DeliverStatement(StatementPipeline pipeline)
{
    [Function(nameof(DeliverStatement))]
    public Task RunAsync([QueueTrigger(StorageNames.Deliveries, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        pipeline.DeliverAsync(message.Received(), cancellationToken);
}
