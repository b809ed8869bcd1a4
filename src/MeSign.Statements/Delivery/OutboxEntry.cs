using MeSign.Statements.Ledger;

namespace MeSign.Statements.Delivery;

/// <summary>What is known of a finished message without opening it.</summary>
public sealed record OutboxEntry
{
    public required StatementKey Key { get; init; }

    public required string Issuer { get; init; }

    /// <summary>Without angle brackets.</summary>
    public required string MessageId { get; init; }

    public required bool Encrypted { get; init; }

    /// <summary>SHA-256 thumbprints of the certificates that can open it, lower-case hex.</summary>
    public required IReadOnlyList<string> EncryptedTo { get; init; }

    /// <summary>genTime of the signature timestamp.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>What was damaged in the document, where it was repaired before it was signed.</summary>
    public string? Repaired { get; init; }

    /// <summary>SHA-256 of the message, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }
}

/// <param name="Entry">What the outbox holds now for the statement.</param>
/// <param name="Written">Whether this call wrote it; otherwise it was there and stays.</param>
public sealed record OutboxPut(OutboxEntry Entry, bool Written);
