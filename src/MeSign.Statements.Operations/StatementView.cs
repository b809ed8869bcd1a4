using MeSign.Statements.Ledger;

namespace MeSign.Statements.Operations;

/// <summary>One statement as operators see it, by <c>mesign status --json</c> and over HTTP.</summary>
public sealed record StatementView(
    string Batch,
    string Job,
    string? Issuer,
    StatementState State,
    FailureCode? Code,
    string? Detail,
    bool? Encrypted,
    string? MessageId,
    int Attempts,
    string? RelayReply,
    DateTimeOffset Received,
    DateTimeOffset Updated,
    DateTimeOffset? NextAttempt,
    DateTimeOffset? Expires,
    DateTimeOffset? Timestamp,
    string? DocumentSha256,
    string? SealedSha256,
    string? Repaired,
    string? RejectedCertificates,
    string? Complaint)
{
    public static StatementView Of(LedgerRow row) => new(
        row.Batch,
        row.Job,
        row.Issuer,
        row.State,
        row.Code,
        row.Detail,
        row.Encrypted,
        row.MessageId,
        row.Attempts,
        row.RelayReply,
        row.Received,
        row.Updated,
        row.NextAttempt,
        row.Expires,
        row.Timestamp,
        row.DocumentSha256,
        row.SealedSha256,
        row.Repaired,
        row.RejectedCertificates,
        row.Complaint);

    /// <summary>An end that somebody should look at.</summary>
    public bool IsTrouble => State is StatementState.Failed or StatementState.Abandoned or StatementState.Uncertain
        or StatementState.Bounced or StatementState.Expired or StatementState.Suppressed;
}
