using MeSign.Statements.Storage;

namespace MeSign.Statements;

/// <summary>
/// The process: one entry point a trigger. A call that returns has settled its message; a call that throws wants the
/// message back on its queue. Any message may come twice, and any call may have died halfway before.
/// </summary>
public sealed class StatementPipeline
{
    private readonly OutageGuard _guard;
    private readonly ExpandBatch _expand;
    private readonly SealStatement _seal;
    private readonly DeliverStatement _deliver;
    private readonly RecordAbandoned _abandon;
    private readonly RecordBounce _bounce;
    private readonly CollectBounces _collect;
    private readonly Sweep _sweep;

    internal StatementPipeline(
        OutageGuard guard, ExpandBatch expand, SealStatement seal, DeliverStatement deliver, RecordAbandoned abandon, RecordBounce bounce, CollectBounces collect, Sweep sweep)
    {
        _guard = guard;
        _expand = expand;
        _seal = seal;
        _deliver = deliver;
        _abandon = abandon;
        _bounce = bounce;
        _collect = collect;
        _sweep = sweep;
    }

    /// <summary><c>statement-batches</c>: a manifest becomes one job a line.</summary>
    public Task ExpandAsync(QueuedMessage message, CancellationToken cancellationToken) =>
        _guard.RunAsync(StorageNames.Batches, message, _expand.RunAsync, cancellationToken);

    /// <summary><c>statement-jobs</c>: a job becomes a finished message in the outbox, or a recorded outcome.</summary>
    public Task SealAsync(QueuedMessage message, CancellationToken cancellationToken) =>
        _guard.RunAsync(StorageNames.Jobs, message, _seal.RunAsync, cancellationToken);

    /// <summary><c>statement-deliveries</c>: a finished message goes to the relay, once.</summary>
    public Task DeliverAsync(QueuedMessage message, CancellationToken cancellationToken) =>
        _guard.RunAsync(StorageNames.Deliveries, message, _deliver.RunAsync, cancellationToken);

    /// <summary>A poison queue: what the host gave up on becomes a recorded outcome.</summary>
    /// <param name="queue">The queue that the message came from, without the suffix.</param>
    public Task AbandonAsync(string queue, QueuedMessage message, CancellationToken cancellationToken) =>
        _abandon.RunAsync(queue, message, cancellationToken);

    /// <summary>A message that came to the return path: a bounce ends its statement as Bounced, a success report as Delivered.</summary>
    /// <param name="message">RFC 5322 message, as it was received.</param>
    public Task<RecordedBounce> RecordBounceAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => _bounce.RunAsync(message, cancellationToken);

    /// <summary>A timer: records what lies in the container <c>bounces</c> and in the bounce mailbox.</summary>
    /// <exception cref="StatementDelayedException">The mailbox cannot be read now; the container was.</exception>
    public Task CollectBouncesAsync(CancellationToken cancellationToken) => _collect.RunAsync(cancellationToken);

    /// <summary>Waits until the bounce mailbox announces a message, or for the given time.</summary>
    /// <exception cref="StatementDelayedException">The mailbox cannot be watched now.</exception>
    public Task WaitForBouncesAsync(TimeSpan atMost, CancellationToken cancellationToken) => _collect.WaitAsync(atMost, cancellationToken);

    /// <summary>A timer: puts right what no message will.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => _sweep.RunAsync(cancellationToken);
}
