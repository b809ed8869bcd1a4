using System.Text.Json;
using Azure.Storage.Queues;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Delivery;

/// <summary>
/// Sends to the queues of <see cref="StorageNames"/>. A body is Base64 of UTF-8 JSON (the client must not encode it once
/// more); nothing that is sent ever expires unread.
/// </summary>
/// <remarks>A queue message holds 64 KiB of text: 48 KiB of JSON.</remarks>
public sealed class StatementQueues(QueueServiceClient queues)
{
    private const int MostPeeked = 32;

    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    /// <summary>The longest delay that the queue service accepts is seven days; a longer one is cut to that.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1);

    private readonly QueueClient _jobs = queues.GetQueueClient(StorageNames.Jobs);
    private readonly QueueClient _batches = queues.GetQueueClient(StorageNames.Batches);
    private readonly QueueClient _deliveries = queues.GetQueueClient(StorageNames.Deliveries);
    private readonly QueueClient _results = queues.GetQueueClient(StorageNames.Results);

    /// <param name="json">The job as the contract has it, UTF-8.</param>
    /// <param name="delay">Time until a worker may see it.</param>
    public Task SendJobAsync(ReadOnlyMemory<byte> json, TimeSpan? delay, CancellationToken cancellationToken) =>
        SendAsync(_jobs, json, delay, cancellationToken);

    /// <param name="json">The batch order as the contract has it, UTF-8.</param>
    /// <param name="delay">Time until a worker may see it.</param>
    public Task SendBatchAsync(ReadOnlyMemory<byte> json, TimeSpan? delay, CancellationToken cancellationToken) =>
        SendAsync(_batches, json, delay, cancellationToken);

    /// <param name="order">The statement to deliver.</param>
    /// <param name="delay">Time until a worker may see it.</param>
    public Task SendDeliveryAsync(DeliveryOrder order, TimeSpan? delay, CancellationToken cancellationToken) =>
        SendAsync(_deliveries, JsonSerializer.SerializeToUtf8Bytes(order, DeliveryJson.Default.DeliveryOrder), delay, cancellationToken);

    /// <summary>Sends a message once more as it stands on its queue: the host begins to count its tries anew.</summary>
    /// <param name="queue">One of <see cref="StorageNames.WorkQueues"/>.</param>
    /// <param name="body">Text of the message.</param>
    /// <param name="delay">Time until a worker may see it.</param>
    public Task RenewAsync(string queue, BinaryData body, TimeSpan delay, CancellationToken cancellationToken) =>
        queues.GetQueueClient(queue).SendMessageAsync(body, delay, Forever, cancellationToken);

    public Task SendResultAsync(StatementResult result, CancellationToken cancellationToken) =>
        SendAsync(_results, JsonSerializer.SerializeToUtf8Bytes(result, DeliveryJson.Default.StatementResult), delay: null, cancellationToken);

    public Task SendCompletionAsync(BatchCompletion completion, CancellationToken cancellationToken) =>
        SendAsync(_results, JsonSerializer.SerializeToUtf8Bytes(completion, DeliveryJson.Default.BatchCompletion), delay: null, cancellationToken);

    /// <summary>How far the workers are behind: for how long the jobs that are next have waited. Those inserted since are not lost, they wait.</summary>
    public Task<TimeSpan> JobsWaitAsync(CancellationToken cancellationToken) => WaitAsync(_jobs, cancellationToken);

    /// <inheritdoc cref="JobsWaitAsync"/>
    public Task<TimeSpan> DeliveriesWaitAsync(CancellationToken cancellationToken) => WaitAsync(_deliveries, cancellationToken);

    private static async Task<TimeSpan> WaitAsync(QueueClient queue, CancellationToken cancellationToken)
    {
        // One request. The youngest of them, since what was sent with a delay, or came back, is older than its turn; and by the clock of
        // the service, whose times these are.
        var next = await queue.PeekMessagesAsync(MostPeeked, cancellationToken);
        return next.GetRawResponse().Headers.Date - next.Value.Max(message => message.InsertedOn) is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static async Task SendAsync(QueueClient queue, ReadOnlyMemory<byte> json, TimeSpan? delay, CancellationToken cancellationToken)
    {
        TimeSpan? visibleAfter = delay is { } wait && wait > TimeSpan.Zero ? (wait < LongestDelay ? wait : LongestDelay) : null;
        await queue.SendMessageAsync(QueueText.Encode(json.Span), visibleAfter, Forever, cancellationToken);
    }
}
