using MeSign.Statements.Intake;

namespace MeSign.Statements.Ledger;

/// <summary>What the ledger keeps of a job that was read.</summary>
public sealed record StatementReceipt
{
    public required StatementKey Key { get; init; }

    public required string Issuer { get; init; }

    public required JobKind Kind { get; init; }

    /// <summary>Kept as a keyed hash; as it is only where the setting allows.</summary>
    public required string RecipientAddress { get; init; }

    /// <summary>SHA-256 of the job's JSON, lower-case hex: tells a repetition from a reused id.</summary>
    public required string JobSha256 { get; init; }

    /// <summary>SHA-256 that the job states for its document, lower-case hex.</summary>
    public string? DocumentSha256 { get; init; }

    /// <summary>The document's blob.</summary>
    public string? DocumentBlob { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <inheritdoc cref="LedgerRow.Body"/>
    public ReadOnlyMemory<byte>? Body { get; init; }
}

/// <summary>What the ledger keeps of a job that ends before it could be received: unreadable, or abandoned by the queue.</summary>
public sealed record EndedReceipt
{
    public required StatementKey Key { get; init; }

    /// <summary>Where it could be read.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whom it is for, where that could be read: what is kept of it is found, and erased, by that.</summary>
    public string? RecipientAddress { get; init; }

    /// <inheritdoc cref="StatementReceipt.DocumentBlob"/>
    public string? DocumentBlob { get; init; }

    /// <summary>SHA-256 of the queue message's decoded body, lower-case hex.</summary>
    public required string JobSha256 { get; init; }

    /// <summary>Failed or Abandoned.</summary>
    public required StatementState State { get; init; }

    public FailureCode? Code { get; init; }

    public required string Detail { get; init; }
}

/// <param name="Row">The row under the job's key: the new one, or the one that was there.</param>
/// <param name="Outcome">Whether it is this job's row.</param>
public sealed record Reception(LedgerRow Row, ReceptionOutcome Outcome);

public enum ReceptionOutcome
{
    /// <summary>The row was made now.</summary>
    New,

    /// <summary>The same job was received before; the row says how far it came.</summary>
    Repeated,

    /// <summary>Another job has this id (its SHA-256 differs). The row is that job's and stays as it is; the conflict is on record.</summary>
    Conflicting,
}
