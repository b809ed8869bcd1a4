using MeSign.Statements.Ledger;

namespace MeSign.Statements;

/// <summary>
/// The process: one entry point a trigger. A call that returns has settled its message; a call that throws wants the
/// message back on its queue. Any message may come twice, and any call may have died halfway before.
/// </summary>
public sealed class StatementPipeline
{
    private readonly ExpandBatch _expand;
    private readonly SealStatement _seal;
    private readonly DeliverStatement _deliver;
    private readonly RecordAbandoned _abandon;
    private readonly RecordBounce _bounce;
    private readonly Sweep _sweep;

    internal StatementPipeline(ExpandBatch expand, SealStatement seal, DeliverStatement deliver, RecordAbandoned abandon, RecordBounce bounce, Sweep sweep)
    {
        _expand = expand;
        _seal = seal;
        _deliver = deliver;
        _abandon = abandon;
        _bounce = bounce;
        _sweep = sweep;
    }

    /// <summary><c>statement-batches</c>: a manifest becomes one job a line.</summary>
    public Task ExpandAsync(QueuedMessage message, CancellationToken cancellationToken) => _expand.RunAsync(message, cancellationToken);

    /// <summary><c>statement-jobs</c>: a job becomes a finished message in the outbox, or a recorded outcome.</summary>
    public Task SealAsync(QueuedMessage message, CancellationToken cancellationToken) => _seal.RunAsync(message, cancellationToken);

    /// <summary><c>statement-deliveries</c>: a finished message goes to the relay, once.</summary>
    public Task DeliverAsync(QueuedMessage message, CancellationToken cancellationToken) => _deliver.RunAsync(message, cancellationToken);

    /// <summary>A poison queue: what the host gave up on becomes a recorded outcome.</summary>
    /// <param name="queue">The queue that the message came from, without the suffix.</param>
    public Task AbandonAsync(string queue, QueuedMessage message, CancellationToken cancellationToken) =>
        _abandon.RunAsync(queue, message, cancellationToken);

    /// <summary>A message that came to the return path: a bounce ends its statement as Bounced, a success report as Delivered.</summary>
    /// <param name="message">RFC 5322 message, as it was received.</param>
    /// <returns>The statement that it is about, as it stands now; null for none of ours.</returns>
    /// <exception cref="StatementDelayedException">It came back before it was recorded as relayed: hand it in again later.</exception>
    public Task<LedgerRow?> RecordBounceAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => _bounce.RunAsync(message, cancellationToken);

    /// <summary>A timer: puts right what no message will.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => _sweep.RunAsync(cancellationToken);
}
