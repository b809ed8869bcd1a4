using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Issuers;

/// <summary>The forms in which an issuer's messages are signed and encrypted. The defaults are what every client opens.</summary>
public sealed record IssuerSealing
{
    public ContentEncryption ContentEncryption { get; init; } = ContentEncryption.Aes256Cbc;

    /// <summary>Recipients whose messages are AES-256-GCM whatever <see cref="ContentEncryption"/> says.</summary>
    public IReadOnlyList<DomainRule> GcmDomains { get; init; } = [];

    public RsaKeyTransport KeyTransport { get; init; } = RsaKeyTransport.Pkcs1;

    /// <summary>The signature inside an encryption; a message that is only signed is always readable without S/MIME.</summary>
    public SignatureForm EncryptedSignature { get; init; } = SignatureForm.Opaque;

    /// <summary>Repeat the protected subject in the text, for clients that do not know RFC 9788.</summary>
    public bool LegacyDisplay { get; init; }

    /// <summary>Let the receiving provider count complaints by batch and kind (<c>Feedback-ID</c>).</summary>
    public bool FeedbackId { get; init; }

    /// <summary>How long a verification code that says nothing of its expiry may wait, and is good for.</summary>
    public TimeSpan CodeMaxAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The issuer's own certificate that can open every encrypted message, if there is one.</summary>
    public X509Certificate2? Archive { get; init; }
}
