using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class SealStatement(StatementPipeline pipeline)
{
    [Function(nameof(SealStatement))]
    public Task RunAsync([QueueTrigger(StorageNames.Jobs, Connection = Triggers.Storage)] QueueMessage message, CancellationToken cancellationToken) =>
        pipeline.SealAsync(message.Received(), cancellationToken);
}
