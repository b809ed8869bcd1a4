using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class RecordAbandonedJob(AbandonedMessages abandoned)
{
    [Function(nameof(RecordAbandonedJob))]
    public Task RunAsync([QueueTrigger(Triggers.AbandonedJobs, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        abandoned.RecordAsync(StorageNames.Jobs, message, cancellationToken);
}
