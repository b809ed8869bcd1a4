using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class RecordAbandonedBatch(AbandonedMessages abandoned)
{
    [Function(nameof(RecordAbandonedBatch))]
    public Task RunAsync([QueueTrigger(Triggers.AbandonedBatches, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        abandoned.RecordAsync(StorageNames.Batches, message, cancellationToken);
}
