using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Functions;

/// <summary>What all triggers share: the storage account, and the message as the pipeline takes it.</summary>
internal static class Triggers
{
    /// <summary>The setting (a connection string, or the head of <c>__queueServiceUri</c> and its siblings) of the account.</summary>
    public const string Storage = "StatementStorage";

    public const string AbandonedBatches = StorageNames.Batches + StorageNames.PoisonSuffix;

    public const string AbandonedJobs = StorageNames.Jobs + StorageNames.PoisonSuffix;

    public const string AbandonedDeliveries = StorageNames.Deliveries + StorageNames.PoisonSuffix;

    public static QueuedMessage Received(this QueueMessage message) => new(message.MessageId, message.Body, message.DequeueCount);
}
