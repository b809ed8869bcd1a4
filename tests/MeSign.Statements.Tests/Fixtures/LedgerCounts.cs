using MeSign.Statements.Ledger;

namespace MeSign.Statements.Tests.Fixtures;

internal static class LedgerCounts
{
    /// <summary>How many statements of a batch are in each state, by looking at each; states without any are absent.</summary>
    public static async Task<IReadOnlyDictionary<StatementState, int>> CountAsync(this StatementLedger ledger, string batch, CancellationToken cancellationToken) =>
        await ledger.ByBatchAsync(batch, cancellationToken).CountBy(row => row.State).ToDictionaryAsync(cancellationToken: cancellationToken);
}
