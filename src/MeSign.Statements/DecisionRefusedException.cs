namespace MeSign.Statements;

/// <summary>What somebody decided cannot be done; nothing of it was.</summary>
/// <param name="reason">Names the statement, says why not and what to do instead.</param>
public sealed class DecisionRefusedException(string reason) : Exception(reason);
