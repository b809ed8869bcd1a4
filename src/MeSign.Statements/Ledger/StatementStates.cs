namespace MeSign.Statements.Ledger;

public static class StatementStates
{
    /// <summary>Whether the statement's way ended here: nothing more happens to it by itself (a DSN may still come).</summary>
    public static bool IsEnd(this StatementState state) => state is not
        (StatementState.Received or StatementState.Held or StatementState.Sealed or StatementState.Submitting or StatementState.Deferred);
}
