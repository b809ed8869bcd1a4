using System.ComponentModel.DataAnnotations;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Issuers;

/// <summary>The forms of an issuer's messages, under <c>MeSign:Issuers:&lt;id&gt;:Sealing</c>.</summary>
internal sealed class IssuerSealingOptions
{
    /// <summary>
    /// Aes256Cbc (default, every client opens it; GCM all the same for a recipient whose certificates prefer it, RFC 4262) or
    /// Aes256Gcm (altered ciphertext never decrypts; few clients open it).
    /// </summary>
    [EnumDataType(typeof(ContentEncryption))]
    public ContentEncryption ContentEncryption { get; init; } = ContentEncryption.Aes256Cbc;

    /// <summary>Domains of recipients who get Aes256Gcm: <c>example.com</c>, or <c>*.example.com</c> for all below it. Default none.</summary>
    public IList<string> GcmDomains { get; init; } = [];

    /// <summary>To RSA recipients: Pkcs1 (default, every client opens it) or OaepSha256.</summary>
    [EnumDataType(typeof(RsaKeyTransport))]
    public RsaKeyTransport KeyTransport { get; init; } = RsaKeyTransport.Pkcs1;

    /// <summary>The signature inside an encryption: Opaque (default) or Clear.</summary>
    [EnumDataType(typeof(SignatureForm))]
    public SignatureForm EncryptedSignature { get; init; } = SignatureForm.Opaque;

    /// <summary>Repeat the protected subject at the beginning of the text, for clients that do not know RFC 9788. Default false.</summary>
    public bool LegacyDisplay { get; init; }

    /// <summary>Add <c>Feedback-ID</c> with batch, kind and issuer; it travels in the open. Default false.</summary>
    public bool FeedbackId { get; init; }

    /// <summary>How long a verification code whose job has no expiry may wait, and is good for. Default 15 min, 1 min to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan CodeMaxAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>PEM or DER file with a certificate that every encrypted message is encrypted to as well. Default none.</summary>
    public string? ArchiveCertificate { get; init; }
}
