namespace MeSign.Statements.Ledger;

/// <summary>Somebody else moved the row since it was read: what this worker meant to do may be done already. Read again.</summary>
public sealed class LedgerConflictException(StatementKey key, StatementState from, StatementState to)
    : Exception($"{key}: the row changed under a move from {from} to {to}")
{
    public StatementKey Key { get; } = key;
}
