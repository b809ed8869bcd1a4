using Azure;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// Puts right what no queue message will: submissions whose worker died, jobs and orders that were lost, time that ran out,
/// results that the bank was not told, batches that are done, blobs of no statement. Every repair is one that the message itself would have made, so that the
/// two, and several sweeps, may meet: the row's ETag lets one of them through.
/// </summary>
internal sealed partial class Sweep(
    StatementLedger ledger,
    LedgerScan scan,
    StatementQueues queues,
    Outcomes outcomes,
    CompleteBatches batches,
    Erasure erasure,
    RemoveUnclaimed unclaimed,
    IOptions<DeliveryOptions> delivery,
    IOptions<SweepOptions> options,
    SweepMetrics metrics,
    TimeProvider time,
    ILogger<Sweep> logger)
{
    /// <summary>Rows younger than this are in somebody's hands.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var overdue = now - options.Value.OverdueAfter;
        var wait = await queues.JobsWaitAsync(cancellationToken);
        var stalled = new StalledStatements(now, now - delivery.Value.ClockSkew, overdue - wait, overdue - await queues.DeliveriesWaitAsync(cancellationToken), now - Settled);
        foreach (var (name, filter) in stalled.Filters())
        {
            await foreach (var row in scan.NextAsync(name, filter, options.Value.RepairsPerRun, cancellationToken))
                await MendAsync(row, stalled, cancellationToken);
        }

        await batches.RunAsync(wait, cancellationToken);
        await erasure.RunAsync(cancellationToken);
        await unclaimed.RunAsync(cancellationToken);
    }

    private async Task MendAsync(LedgerRow row, StalledStatements stalled, CancellationToken cancellationToken)
    {
        try
        {
            if (await TryMendAsync(row, stalled, cancellationToken) is not { } kind)
                return;

            Log.Mended(logger, row.Batch, row.Job, row.State, kind);
            metrics.Repaired(kind);
        }
        catch (LedgerConflictException)
        {
            // The statement moved on by itself meanwhile, which is all that the sweep wants.
        }
        catch (RequestFailedException refusal) when (StorageOutage.IsRefusal(refusal))
        {
            // What is refused for one statement holds up no other.
            Log.Refused(logger, row.Batch, row.Job, row.State, refusal.ErrorCode);
        }
    }

    /// <returns>What was put right; null where it is nobody's turn yet.</returns>
    private async Task<string?> TryMendAsync(LedgerRow row, StalledStatements stalled, CancellationToken cancellationToken)
    {
        switch (row.State)
        {
            case StatementState.Submitting:
                await outcomes.EndAsync(
                    row with { Detail = "the worker that was submitting it ended without recording how: the relay may have taken it" },
                    StatementState.Uncertain,
                    cancellationToken);
                return "uncertain";

            case StatementState.Received or StatementState.Held or StatementState.Sealed or StatementState.Deferred when row.Expires < stalled.Now:
                await outcomes.EndAsync(row with { Detail = $"its time ran out while it was {row.State}" }, StatementState.Expired, cancellationToken);
                return "expired";

            case StatementState.Received when (row.NextAttempt ?? row.Updated) > stalled.OverdueJob:
            case StatementState.Sealed or StatementState.Deferred when (row.NextAttempt ?? row.Updated) > stalled.OverdueOrder:
                return null;

            // Written first: of many sweeps one sends the message, and the next only when that one is overdue too. Where the first
            // message was not lost after all, the row lets one of the two through.
            case StatementState.Received when row.Body is { } job:
                await ledger.AmendAsync(row with { NextAttempt = stalled.Now }, cancellationToken);
                await queues.SendJobAsync(job, delay: null, cancellationToken);
                return "job";

            case StatementState.Sealed or StatementState.Deferred:
                await ledger.AmendAsync(row with { NextAttempt = stalled.Now }, cancellationToken);
                await queues.SendDeliveryAsync(new DeliveryOrder(row.Batch, row.Job), delay: null, cancellationToken);
                return "order";

            default:
                await outcomes.ReportAsync(row, cancellationToken);
                return "told";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job} had stalled as {State} and is put right: {Kind}")]
        public static partial void Mended(ILogger logger, string batch, string job, StatementState state, string kind);

        [LoggerMessage(LogLevel.Error, "{Batch}/{Job} has stalled as {State} and cannot be put right: storage says {Code}")]
        public static partial void Refused(ILogger logger, string batch, string job, StatementState state, string? code);
    }
}
