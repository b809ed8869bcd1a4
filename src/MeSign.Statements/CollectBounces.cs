using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;

namespace MeSign.Statements;

/// <summary>What lies in the container <c>bounces</c> and in the bounce mailbox, to the ledger. Any number of hosts may do it at once.</summary>
internal sealed class CollectBounces(BounceBlobs blobs, BounceMailbox mailbox, RecordBounce bounces)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await blobs.CollectAsync(RecordAsync, cancellationToken);
        await mailbox.CollectAsync(RecordAsync, cancellationToken);
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => mailbox.WaitAsync(atMost, cancellationToken);

    private async Task<BounceEffect> RecordAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
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
    }
}
