namespace MeSign.Statements;

/// <summary>
/// The process: one entry point a trigger. A call that returns has settled its message; a call that throws wants the
/// message back on its queue. Any message may come twice, and any call may have died halfway before.
/// </summary>
public sealed class StatementPipeline
{
    private readonly ExpandBatch expand;
    private readonly SealStatement seal;
    private readonly DeliverStatement deliver;
    private readonly RecordAbandoned abandon;
    private readonly Sweep sweep;

    internal StatementPipeline(ExpandBatch expand, SealStatement seal, DeliverStatement deliver, RecordAbandoned abandon, Sweep sweep)
    {
        this.expand = expand;
        this.seal = seal;
        this.deliver = deliver;
        this.abandon = abandon;
        this.sweep = sweep;
    }

    /// <summary><c>statement-batches</c>: a manifest becomes one job a line.</summary>
    public Task ExpandAsync(QueuedMessage message, CancellationToken cancellationToken) => expand.RunAsync(message, cancellationToken);

    /// <summary><c>statement-jobs</c>: a job becomes a finished message in the outbox, or a recorded outcome.</summary>
    public Task SealAsync(QueuedMessage message, CancellationToken cancellationToken) => seal.RunAsync(message, cancellationToken);

    /// <summary><c>statement-deliveries</c>: a finished message goes to the relay, once.</summary>
    public Task DeliverAsync(QueuedMessage message, CancellationToken cancellationToken) => deliver.RunAsync(message, cancellationToken);

    /// <summary>A poison queue: what the host gave up on becomes a recorded outcome.</summary>
    /// <param name="queue">The queue that the message came from, without the suffix.</param>
    public Task AbandonAsync(string queue, QueuedMessage message, CancellationToken cancellationToken) =>
        abandon.RunAsync(queue, message, cancellationToken);

    /// <summary>A timer: puts right what no message will.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => sweep.RunAsync(cancellationToken);
}
