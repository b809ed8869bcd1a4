using System.Text.Json;
using Azure.Storage.Queues;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>What the bank is told, and what nobody wants to find: the poison queues.</summary>
internal sealed class ResultQueue(string connectionString)
{
    private const int MostAtOnce = 32;

    private static readonly string[] Poison =
        [.. new[] { StorageNames.Jobs, StorageNames.Batches, StorageNames.Deliveries }.Select(name => name + StorageNames.PoisonSuffix)];

    private readonly QueueServiceClient _queues = new(connectionString);

    /// <summary>Takes everything that is on <c>statement-results</c>.</summary>
    public async Task<IReadOnlyList<BankResult>> TakeAsync(CancellationToken cancellationToken)
    {
        var queue = _queues.GetQueueClient(StorageNames.Results);
        var results = new List<BankResult>();
        while ((await queue.ReceiveMessagesAsync(MostAtOnce, cancellationToken: cancellationToken)).Value is { Length: > 0 } messages)
        {
            results.AddRange(messages.Select(message => JsonSerializer.Deserialize<BankResult>(
                Convert.FromBase64String(message.Body.ToString()), DemoJson.Options)!));
            await Task.WhenAll(messages.Select(message => queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken)));
        }

        return results;
    }

    /// <summary>The poison queues that hold something, in words.</summary>
    public async Task<IReadOnlyList<string>> FindPoisonAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var name in Poison)
        {
            var count = (await _queues.GetQueueClient(name).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCountLong;
            if (count > 0)
                found.Add($"{count} messages are on {name}");
        }

        return found;
    }
}
