using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// Watches batches that came as manifests: tells the bank once when the last statement of one has ended, and sends the orders
/// of one again that has stalled, since expanding it anew sends only what is still to be done.
/// </summary>
internal sealed partial class CompleteBatches(
    BatchRegister batches, StatementQueues queues, IOptions<SweepOptions> options, SweepMetrics metrics, TimeProvider time, ILogger<CompleteBatches> logger)
{
    /// <summary>How long one process may take to tell the bank, before another does.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(5);

    /// <param name="wait">By how much the queue of jobs is behind.</param>
    public async Task RunAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await foreach (var record in batches.NextOpenAsync(options.Value.RepairsPerRun, cancellationToken))
        {
            if (record.IsExpanded && await batches.TotalsAsync(record.Batch, cancellationToken) is { OnTheWay: 0 } totals)
                await CompleteAsync(record, totals, cancellationToken);
            else
                await ReorderAsync(record, wait, cancellationToken);
        }
    }

    private async Task CompleteAsync(BatchRecord record, BatchTotals totals, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (record.ClaimedUntil > now || await batches.TryUpdateAsync(record with { ClaimedUntil = now + Claim }, cancellationToken) is not { } claimed)
            return;

        var completion = new BatchCompletion
        {
            Batch = record.Batch,
            Lines = record.Parts.Values.Sum(part => part.Lines ?? 0),
            Statements = totals.Received,
            States = totals.Ended,
            Head = totals.Head,
            At = now,
        };
        await queues.SendCompletionAsync(completion, cancellationToken);
        await batches.TryUpdateAsync(claimed with { Completed = now, ClaimedUntil = null }, cancellationToken);
        Log.Completed(logger, record.Batch, totals.Received, completion.Lines);
        metrics.Repaired("completed");
    }

    private async Task ReorderAsync(BatchRecord record, TimeSpan wait, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (record.Ordered > now - options.Value.StalledAfter - wait)
            return;

        var isStalled = !record.IsExpanded || await batches.HasLostJobsAsync(record.Batch, now - options.Value.OverdueAfter - wait, cancellationToken);
        // Written first, so that of many sweeps one sends the orders; and where nothing is lost too, which is much to read for every sweep.
        if (await batches.TryUpdateAsync(record with { Ordered = now }, cancellationToken) is null || !isStalled)
            return;

        foreach (var part in record.Parts.Values)
            await queues.SendBatchAsync(new BatchOrder(record.Batch, part.Manifest, Mapping: part.Mapping).ToJson().ToMemory(), delay: null, cancellationToken);
        Log.Reordered(logger, record.Batch, record.IsExpanded);
        metrics.Repaired("batch-order");
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Batch {Batch} is complete: {Statements} statements of {Lines} lines")]
        public static partial void Completed(ILogger logger, string batch, int statements, long lines);

        [LoggerMessage(LogLevel.Warning, "Batch {Batch} had stalled (expanded: {Expanded}): its orders are sent again")]
        public static partial void Reordered(ILogger logger, string batch, bool expanded);
    }
}
