using MeSign.Statements.Intake;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Issuers;

/// <summary>A bank or brand that sends in its own name: everything that its messages take from configuration.</summary>
public sealed record Issuer
{
    /// <summary>Lower-case letters, digits and hyphens; the key under <c>MeSign:Issuers</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The From address; an rfc822Name of the signing certificate.</summary>
    public required string FromAddress { get; init; }

    public required string FromName { get; init; }

    public string? ReplyTo { get; init; }

    /// <summary>The SMTP return path, where bounces go.</summary>
    public required string ReturnPath { get; init; }

    public required SigningIdentity Identity { get; init; }

    /// <summary>RFC 3161 servers, tried in order.</summary>
    public required IReadOnlyList<Uri> TimestampServers { get; init; }

    /// <summary>Key of the relay under <c>MeSign:Relays</c>.</summary>
    public required string Relay { get; init; }

    /// <summary>Relays with their shares of the messages; one with 0 is used when the others fail. <see cref="Relay"/> alone where empty.</summary>
    public IReadOnlyDictionary<string, int> Relays { get; init; } = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Absolute path of the folder of Liquid templates.</summary>
    public required string TemplateFolder { get; init; }

    /// <summary>The language of a recipient whose job names none (BCP 47), and the last fallback of every other.</summary>
    public required string DefaultLocale { get; init; }

    /// <summary>What a job gets that asks for nothing.</summary>
    public required EncryptionPolicy Encryption { get; init; }

    /// <summary>The weakest policy that a job may ask for.</summary>
    public required EncryptionPolicy WeakestEncryption { get; init; }

    /// <summary>The subject that an encrypted message shows to everyone on the way (RFC 9788 §11).</summary>
    public required string OuterSubject { get; init; }

    /// <summary>Largest document in bytes.</summary>
    public required long MaxDocumentBytes { get; init; }

    /// <summary>Largest sealed message in bytes.</summary>
    public required long MaxMessageBytes { get; init; }

    /// <summary>How long a job without an expiry may wait, from its receipt.</summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>How its PDF signatures look.</summary>
    public required IssuerAppearance Appearance { get; init; }

    /// <summary>How its PDFs are signed.</summary>
    public IssuerPdf Pdf { get; init; } = new();

    /// <summary>How its messages are signed and encrypted.</summary>
    public IssuerSealing Sealing { get; init; } = new();

    /// <summary>How long what was sent is kept.</summary>
    public IssuerRetention Retention { get; init; } = new(null, null, null);

    /// <summary>DKIM signatures over its messages as they leave; none where empty.</summary>
    public IReadOnlyList<DkimIdentity> Dkim { get; init; } = [];
}

/// <param name="Reason">Text of the signature's <c>/Reason</c> (ISO 32000-1 table 252), if any.</param>
/// <param name="Location">Text of <c>/Location</c>, if any.</param>
/// <param name="ContactInfo">Text of <c>/ContactInfo</c>, if any.</param>
/// <param name="Seal">The visible seal, by its absolute path; invisible where null.</param>
public sealed record IssuerAppearance(
    string? Reason,
    string? Location,
    string? ContactInfo,
    PdfSeal? Seal = null);
