using Azure;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Ledger;

/// <summary>One statement as the ledger has it: what it is, where it stands, and what proves it.</summary>
/// <remarks>Change it with <c>with</c> and hand it to <see cref="StatementLedger"/>: the ETag says which row was read.</remarks>
public sealed record LedgerRow
{
    public required string Batch { get; init; }

    public required string Job { get; init; }

    public StatementKey Key => new(Batch, Job);

    /// <summary>Absent where the job could not be read so far.</summary>
    public string? Issuer { get; init; }

    /// <inheritdoc cref="Issuer"/>
    public JobKind? Kind { get; init; }

    /// <summary>HMAC-SHA256 of the normalised address under <c>MeSign:Ledger:RecipientKey</c>, lower-case hex.</summary>
    public string? RecipientHash { get; init; }

    /// <summary>Only with <c>MeSign:Ledger:StoreAddresses</c>.</summary>
    public string? RecipientAddress { get; init; }

    public required StatementState State { get; init; }

    /// <summary>Why it failed; absent in every other state.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>One sentence about the state: why it waits, failed or is uncertain.</summary>
    public string? Detail { get; init; }

    /// <summary>SHA-256 of the job's JSON, lower-case hex.</summary>
    public required string JobSha256 { get; init; }

    /// <summary>SHA-256 of the document as the bank gave it, lower-case hex.</summary>
    public string? DocumentSha256 { get; init; }

    /// <summary>The document's blob, for as long as it is kept.</summary>
    public string? DocumentBlob { get; init; }

    /// <summary>The job's JSON, UTF-8, while nothing is made of it yet and its queue message is all there is; a manifest's line stands in the manifest.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Whether the finished message is still in the outbox.</summary>
    public bool HasMessage { get; init; }

    /// <summary>SHA-256 of the finished message, lower-case hex.</summary>
    public string? SealedSha256 { get; init; }

    /// <summary>Whether the finished message is encrypted; absent until it is made.</summary>
    public bool? Encrypted { get; init; }

    /// <summary>SHA-256 thumbprints of the certificates that can open it, lower-case hex.</summary>
    public IReadOnlyList<string> EncryptedTo { get; init; } = [];

    /// <summary>Without angle brackets.</summary>
    public string? MessageId { get; init; }

    /// <summary>What was damaged in the document, where it was repaired before it was signed; absent where it was signed as it came.</summary>
    public string? Repaired { get; init; }

    /// <summary>The certificates that were found and must not be used, with the reason of each, in short.</summary>
    public string? RejectedCertificates { get; init; }

    /// <summary>Times that a worker began to talk to a relay.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset Received { get; init; }

    /// <summary>When this state was written.</summary>
    public DateTimeOffset Updated { get; init; }

    /// <summary>Earliest next attempt of a Held or Deferred statement.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Until when the worker that wrote Submitting may be talking to the relay, by that worker's clock.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>After this instant it is not sent any more.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>genTime of the signature timestamp.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The relay's last answer: reply code and enhanced code (RFC 3463), such as <c>250 2.0.0</c>; never its text.</summary>
    public string? RelayReply { get; init; }

    /// <summary>Feedback type (RFC 5965 §7.3), such as <c>abuse</c>, of the first complaint about it.</summary>
    public string? Complaint { get; init; }

    /// <summary>Whether the state has been sent to <c>statement-results</c>.</summary>
    public bool Reported { get; init; }

    /// <summary>Stands for the recipient in the history: SHA-256 of <see cref="PersonSalt"/> and <see cref="RecipientHash"/>; stays when they are erased.</summary>
    public string? Person { get; init; }

    /// <summary>Random; without it nobody can tell whom <see cref="Person"/> stands for.</summary>
    public string? PersonSalt { get; init; }

    /// <summary>Every change so far, each chained to the one before; see <see cref="LedgerAudit"/>.</summary>
    public IReadOnlyList<HistoryEntry> History { get; init; } = [];

    public ETag ETag { get; init; }
}
