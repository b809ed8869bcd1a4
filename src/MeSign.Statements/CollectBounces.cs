using System.Collections.Concurrent;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;

namespace MeSign.Statements;

/// <summary>What lies in the container <c>bounces</c> and in the bounce mailbox, to the ledger. Any number of hosts may do it at once.</summary>
internal sealed class CollectBounces(BounceBlobs blobs, BounceMailbox mailbox, RecordBounce bounces)
{
    /// <exception cref="AggregateException">Messages that could not be recorded: they stay where they are, and hold up no other.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var faults = new ConcurrentQueue<Exception>();
        await blobs.CollectAsync((message, cancelled) => RecordAsync(message, faults, cancelled), cancellationToken);
        await mailbox.CollectAsync((message, cancelled) => RecordAsync(message, faults, cancelled), cancellationToken);
        if (!faults.IsEmpty)
            throw new AggregateException(faults);
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => mailbox.WaitAsync(atMost, cancellationToken);

    private async Task<BounceEffect> RecordAsync(ReadOnlyMemory<byte> message, ConcurrentQueue<Exception> faults, CancellationToken cancellationToken)
    {
        try
        {
            return (await bounces.RunAsync(message, cancellationToken)).Effect;
        }
        catch (LedgerConflictException)
        {
            // The statement moved on meanwhile, perhaps by another copy of this message: the next round finds how.
            return BounceEffect.TooEarly;
        }
#pragma warning disable CA1031 // The seam of one message: a mailbox is a queue in which the first would stop all others for good.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            faults.Enqueue(fault);
            return BounceEffect.TooEarly;
        }
    }
}
