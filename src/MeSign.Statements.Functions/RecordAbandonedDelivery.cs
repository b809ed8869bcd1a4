using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class RecordAbandonedDelivery(AbandonedMessages abandoned)
{
    [Function(nameof(RecordAbandonedDelivery))]
    public Task RunAsync([QueueTrigger(Triggers.AbandonedDeliveries, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        abandoned.RecordAsync(StorageNames.Deliveries, message, cancellationToken);
}
