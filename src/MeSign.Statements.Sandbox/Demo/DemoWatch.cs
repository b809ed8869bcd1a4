using MeSign.Statements.Ledger;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Follows a batch in the ledger.</summary>
internal sealed class DemoWatch(StatementLedger ledger, DemoPlan plan, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>A standstill of this length is no slow machine any more.</summary>
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(90);

    /// <summary>Returns when every job of the plan has an outcome that the bank was told, or when nothing moves any more.</summary>
    /// <param name="dropping">Puts the jobs on the queue; what it throws is thrown here.</param>
    /// <param name="dropped">How many it has put there.</param>
    /// <returns>The batch's rows, and whether it came to a standstill first.</returns>
    public async Task<(IReadOnlyList<LedgerRow> Rows, bool Stuck)> FollowAsync(
        Task dropping, Func<int> dropped, Action<DemoCounts> show, CancellationToken cancellationToken)
    {
        var moved = time.GetTimestamp();
        DemoCounts? last = null;
        while (true)
        {
            var complete = dropping.IsCompleted;
            if (complete)
                await dropping;

            var rows = await ReadAsync(cancellationToken);
            var counts = DemoCounts.Of(rows, plan.Jobs.Count, dropped());
            show(counts);
            if (complete && counts.Accounted >= plan.Jobs.Count)
                return (rows, false);

            if (counts != last)
                (last, moved) = (counts, time.GetTimestamp());
            else if (time.GetElapsedTime(moved) > LongestStandstill)
                return (rows, true);

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<LedgerRow>> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<LedgerRow>();
        await foreach (var row in ledger.ByBatchAsync(plan.Batch, cancellationToken))
            rows.Add(row);
        return rows;
    }
}
