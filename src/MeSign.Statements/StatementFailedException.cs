namespace MeSign.Statements;

/// <summary>This job will never succeed as it stands: it is recorded as Failed and not tried again.</summary>
/// <param name="code">The recorded reason.</param>
/// <param name="detail">
/// One sentence for the bank's engineer that names the field and the fix. It is stored in the ledger and sent to
/// <c>statement-results</c>, so it quotes nothing of the document or the key material.
/// </param>
public sealed class StatementFailedException(FailureCode code, string detail, Exception? innerException = null)
    : Exception(detail, innerException)
{
    public FailureCode Code { get; } = code;

    public string Detail { get; } = detail;
}
