using System.Text.Json;

namespace MeSign.Statements.Intake;

/// <summary>One message to one recipient, as read from the queue and checked against the contract (schema version 1).</summary>
public sealed record StatementJob
{
    /// <summary>The bank's own id, unique in its batch: 1 to 64 of <c>A–Z a–z 0–9 . _ -</c>, beginning with a letter or digit.</summary>
    public required string Id { get; init; }

    /// <summary>The batch that the job is counted in, of the same form as <see cref="Id"/>.</summary>
    public required string Batch { get; init; }

    /// <summary>The configured issuer in whose name the message is sent.</summary>
    public required string Issuer { get; init; }

    public required JobKind Kind { get; init; }

    /// <summary>Present for a statement, optional for a message, absent for a code.</summary>
    public JobDocument? Document { get; init; }

    public required JobRecipient Recipient { get; init; }

    /// <summary>The template's name in the issuer's template folder; the kind's name where the job gives none.</summary>
    public required string Template { get; init; }

    /// <summary>Values for the template: strings, numbers, booleans, and lists and objects of them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>What the job asks for; the issuer's default where it is absent.</summary>
    public EncryptionPolicy? Encryption { get; init; }

    /// <summary>After this instant the message is not sent any more; the issuer's longest wait where it is absent.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>SHA-256 of the job as it was sent (the decoded JSON), lower-case hex: tells a repetition from a reused id.</summary>
    public required string Sha256 { get; init; }
}

public enum JobKind
{
    Statement,
    Code,
    Message,

    /// <summary>Made by this system only: tells a recipient without a certificate how to get one.</summary>
    Notice,
}

/// <summary>How much the sender insists on encryption, strongest first.</summary>
public enum EncryptionPolicy
{
    /// <summary>Encrypted or not at all: without a usable certificate the job is held.</summary>
    Required,

    /// <summary>Encrypted where a usable certificate exists, otherwise signed only.</summary>
    Preferred,

    /// <summary>Signed only.</summary>
    Never,
}

/// <param name="Blob">Name of the blob in the statements container.</param>
/// <param name="Sha256">SHA-256 of the blob's bytes, 64 lower-case hex digits.</param>
/// <param name="FileName">The attachment's name as the recipient sees it; ends in <c>.pdf</c>.</param>
public sealed record JobDocument(string Blob, string Sha256, string FileName);

/// <param name="Address">One addr-spec (RFC 5321, RFC 6531), as the job gave it.</param>
/// <param name="Name">The display name, if any.</param>
/// <param name="Locale">A BCP 47 tag such as <c>cs-CZ</c>, if any.</param>
public sealed record JobRecipient(string Address, string? Name, string? Locale);
