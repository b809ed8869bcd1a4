using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Sealing;

/// <summary>A message with its cryptographic layers taken off, and what was found on the way.</summary>
public sealed record OpenedMessage
{
    /// <summary>Outermost first; a layer that could not be opened is the last.</summary>
    public required IReadOnlyList<MessageLayer> Layers { get; init; }

    /// <summary>The fields as a reader should see them: the protected ones where there are such.</summary>
    public required MessageFields Fields { get; init; }

    /// <summary>The fields that everyone on the way saw.</summary>
    public required MessageFields OuterFields { get; init; }

    public required HeaderVerdict HeaderProtection { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    public required IReadOnlyList<OpenedAttachment> Attachments { get; init; }

    /// <summary>What speaks against the message, in plain words; empty for a good one.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Signed, opened to its content, and nothing speaks against it.</summary>
    public bool IsValid => Problems.Count == 0 && Signature is not null;

    public EncryptionLayer? Encryption => Layers.OfType<EncryptionLayer>().FirstOrDefault();

    /// <summary>The innermost signature, the one over the content.</summary>
    public SignatureLayer? Signature => Layers.OfType<SignatureLayer>().LastOrDefault();
}

public abstract record MessageLayer;

/// <param name="Algorithm">Content encryption, for example <c>AES-256-CBC</c>.</param>
/// <param name="IsAuthenticated">Altered ciphertext cannot decrypt (AuthEnvelopedData).</param>
/// <param name="Recipients">Everyone that the message names as able to open it.</param>
/// <param name="OpenedBy">The given certificate that opened it; null where it stayed closed.</param>
public sealed record EncryptionLayer(
    string Algorithm, bool IsAuthenticated, IReadOnlyList<EncryptedTo> Recipients, X509Certificate2? OpenedBy) : MessageLayer;

/// <param name="Recipient">Issuer and serial number, or key identifier, in words.</param>
/// <param name="KeyEncryption">For example <c>RSA PKCS#1 v1.5</c>.</param>
public sealed record EncryptedTo(string Recipient, string KeyEncryption);

/// <param name="IsOpaque">The content is inside the signature; otherwise it stands beside it (multipart/signed).</param>
public sealed record SignatureLayer(bool IsOpaque, SignedDataVerdict Verdict) : MessageLayer;

public sealed record MessageFields(string? From, string? To, string? Subject, DateTimeOffset? Date, string? MessageId);

public sealed record OpenedAttachment(string Name, string MediaType, ReadOnlyMemory<byte> Content);

/// <param name="Protection">The <c>hp</c> parameter (RFC 9788): <c>cipher</c>, <c>clear</c>, or null for none.</param>
/// <param name="Differences">Fields that are not the same inside and outside.</param>
public sealed record HeaderVerdict(string? Protection, IReadOnlyList<HeaderDifference> Differences);

/// <param name="Name">Field name.</param>
/// <param name="Inside">The protected value; null where there is none.</param>
/// <param name="Outside">The value outside; null where there is none.</param>
/// <param name="MadeBySender">The sender declared the outside value (HP-Outer); otherwise somebody changed it on the way.</param>
public sealed record HeaderDifference(string Name, string? Inside, string? Outside, bool MadeBySender);
