namespace MeSign.Statements.Sealing;

/// <summary>A finished message: what goes to the outbox, and from there to the relay, byte for byte.</summary>
/// <param name="Eml">RFC 5322 message, CRLF line ends, 7-bit.</param>
/// <param name="Encryption">How its content is encrypted and who asked for that; null for a signed-only message.</param>
/// <param name="EncryptedTo">SHA-256 thumbprints (lower-case hex) of the certificates that can open it.</param>
/// <param name="MessageId">Message-ID without angle brackets; a function of issuer, batch and job.</param>
/// <param name="Timestamp">genTime of the signature timestamp.</param>
public sealed record SealedMessage(
    MessageBytes Eml,
    EncryptionChoice? Encryption,
    IReadOnlyList<string> EncryptedTo,
    string MessageId,
    DateTimeOffset Timestamp)
{
    /// <summary>What was damaged in the document, where it was repaired before it was signed; null where it was signed as it came.</summary>
    public string? Repaired { get; init; }

    /// <summary>False for a signed-only message.</summary>
    public bool Encrypted => Encryption is not null;
}
