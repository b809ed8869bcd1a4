namespace MeSign.Statements.Ledger;

public static class StatementStates
{
    /// <summary>Whether the statement's way ended here: nothing more happens to it by itself (a DSN may still come).</summary>
    public static bool IsEnd(this StatementState state) => state is not
        (StatementState.Received or StatementState.Held or StatementState.Sealed or StatementState.Submitting or StatementState.Deferred);

    /// <summary>The state of that name, in any case; null for what is no name of one, a number too.</summary>
    public static StatementState? Find(string name) =>
        Enum.GetValues<StatementState>().Cast<StatementState?>().FirstOrDefault(state => state.ToString()!.Equals(name, StringComparison.OrdinalIgnoreCase));
}
