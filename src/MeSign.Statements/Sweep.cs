using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// Puts right what no queue message will: submissions whose worker died, orders that were lost, time that ran out, and
/// results that the bank was not told. Every repair is one that the message itself would have made, so that the two may
/// meet: the row's ETag lets one of them through.
/// </summary>
internal sealed partial class Sweep(
    StatementLedger ledger,
    StatementQueues queues,
    Outcomes outcomes,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<Sweep> logger)
{
    /// <summary>How long after its time a statement's own message may still come: longer than any queue keeps one invisible.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(15);

    /// <summary>Rows younger than this are in somebody's hands.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var row in ledger.UnsettledAsync(time.GetUtcNow() - Settled, cancellationToken))
            await MendAsync(row, cancellationToken);
    }

    private async Task MendAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            switch (row.State)
            {
                case StatementState.Submitting when row.LeaseUntil + options.Value.ClockSkew < now:
                    Log.Mended(logger, row.Batch, row.Job, row.State);
                    await outcomes.EndAsync(
                        row with { Detail = "the worker that was submitting it ended without recording how: the relay may have taken it" },
                        StatementState.Uncertain,
                        cancellationToken);
                    break;

                case StatementState.Received or StatementState.Held or StatementState.Sealed or StatementState.Deferred when row.Expires < now:
                    Log.Mended(logger, row.Batch, row.Job, row.State);
                    await outcomes.EndAsync(row with { Detail = $"its time ran out while it was {row.State}" }, StatementState.Expired, cancellationToken);
                    break;

                case StatementState.Sealed or StatementState.Deferred when (row.NextAttempt ?? row.Updated) + Overdue < now:
                    // Written first: of many sweeps one sends the order, and the next only when that one is overdue too.
                    await ledger.AmendAsync(row with { NextAttempt = now }, cancellationToken);
                    Log.Mended(logger, row.Batch, row.Job, row.State);
                    await queues.SendDeliveryAsync(new DeliveryOrder(row.Batch, row.Job), delay: null, cancellationToken);
                    break;

                default:
                    await outcomes.ReportAsync(row, cancellationToken);
                    break;
            }
        }
        catch (LedgerConflictException)
        {
            // The statement moved on by itself meanwhile, which is all that the sweep wants.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job} had stalled as {State} and is put right")]
        public static partial void Mended(ILogger logger, string batch, string job, StatementState state);
    }
}
