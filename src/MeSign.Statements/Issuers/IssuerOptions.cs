using System.ComponentModel.DataAnnotations;
using MeSign.Statements.Intake;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Issuers;

/// <summary>Every issuer by its id: section <c>MeSign:Issuers</c>.</summary>
internal sealed class IssuersOptions : Dictionary<string, IssuerOptions>
{
    public const string Section = "MeSign:Issuers";

    public IssuersOptions()
        : base(StringComparer.Ordinal)
    {
    }
}

/// <summary>One issuer, under <c>MeSign:Issuers:&lt;id&gt;</c>. Paths may be relative to the working folder.</summary>
internal sealed class IssuerOptions
{
    /// <summary>The From address; the signing certificate names it.</summary>
    [Required]
    public string FromAddress { get; init; } = "";

    /// <summary>The name beside it, one line.</summary>
    [Required, StringLength(200)]
    public string FromName { get; init; } = "";

    /// <summary>Where answers go. Default the From address.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>SMTP return path, where bounces go; <c>{id}</c> in it becomes the name of the message (VERP). Default the From address.</summary>
    public string? ReturnPath { get; init; }

    /// <summary>PKCS#12 file with the signing key, its certificate and the chain with its root. This, or <see cref="SigningPkcs11Module"/>.</summary>
    public string SigningPkcs12 { get; init; } = "";

    /// <summary>File with the password of <see cref="SigningPkcs12"/>; a line end at its end is not part of it. Default no password.</summary>
    public string? SigningPasswordFile { get; init; }

    /// <summary>Library of a hardware security module (PKCS#11) that keeps the signing key, instead of <see cref="SigningPkcs12"/>; needs the next three.</summary>
    public string? SigningPkcs11Module { get; init; }

    /// <summary>Label of the module's token.</summary>
    public string? SigningPkcs11Token { get; init; }

    /// <summary>Label of the private key; its certificate has the same id (CKA_ID).</summary>
    public string? SigningPkcs11Label { get; init; }

    /// <summary>File with the user's PIN; a line end at its end is not part of it.</summary>
    public string? SigningPkcs11PinFile { get; init; }

    /// <summary>Files with the chain above the certificate, its root among them, where the token does not hold them. Default none.</summary>
    public IList<string> SigningPkcs11Chain { get; init; } = [];

    /// <summary>How long before its expiry a certificate of the identity is warned about at start. Default 30 days, 1 day to 1 year.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00")]
    public TimeSpan SigningWarnBeforeExpiry { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Digest of content and signatures: SHA256 (default), SHA384 or SHA512.</summary>
    [AllowedValues("SHA256", "SHA384", "SHA512")]
    public string SigningHash { get; init; } = "SHA256";

    /// <summary>For an RSA key: RsaPkcs1 (default, understood everywhere) or RsaPss.</summary>
    [EnumDataType(typeof(SignatureScheme))]
    public SignatureScheme SigningScheme { get; init; } = SignatureScheme.RsaPkcs1;

    /// <summary>RFC 3161 servers, tried in order; at least one, https or loopback (or see <see cref="TimestampOptions.AllowHttp"/>).</summary>
    [Required, MinLength(1)]
    public IList<Uri> TimestampServers { get; init; } = [];

    /// <summary>Key of the relay under <c>MeSign:Relays</c>.</summary>
    [Required]
    public string Relay { get; init; } = "";

    /// <summary>
    /// Further relays with their shares of the messages, 0 to 1,000; one with 0 is used when the others fail. The relay above has a
    /// share of 1 unless it is named here too. Default none.
    /// </summary>
    public IDictionary<string, int> Relays { get; init; } = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);

    internal IReadOnlyDictionary<string, int> AllRelays =>
        new Dictionary<string, int>(Relays, StringComparer.OrdinalIgnoreCase) { [Relay] = Relays.TryGetValue(Relay, out var share) ? share : 1 };

    /// <summary>Folder of Liquid templates.</summary>
    [Required]
    public string Templates { get; init; } = "";

    /// <summary>Language of a recipient whose job names none, and the last fallback (BCP 47). Default en.</summary>
    [Required]
    public string DefaultLocale { get; init; } = "en";

    /// <summary>What a job gets that asks for nothing. Default Required.</summary>
    [EnumDataType(typeof(EncryptionPolicy))]
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Required;

    /// <summary>The weakest policy that a job may ask for. Default as <see cref="Encryption"/>.</summary>
    [EnumDataType(typeof(EncryptionPolicy))]
    public EncryptionPolicy? WeakestEncryption { get; init; }

    /// <summary>The subject that an encrypted message shows on the way (RFC 9788 §3.2.1 has the default). Default <c>[...]</c>.</summary>
    [Required, StringLength(200)]
    public string OuterSubject { get; init; } = "[...]";

    /// <summary>Largest document in bytes. Default 25 MiB, 1 KiB to 200 MiB.</summary>
    [Range(1024, 200L * 1024 * 1024)]
    public long MaxDocumentBytes { get; init; } = 25L * 1024 * 1024;

    /// <summary>Largest sealed message in bytes. Default 40 MiB, 16 KiB to 300 MiB.</summary>
    [Range(16 * 1024, 300L * 1024 * 1024)]
    public long MaxMessageBytes { get; init; } = 40L * 1024 * 1024;

    /// <summary>How long a job without an expiry may wait. Default 14 days, 1 minute to 1 year.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(14);

    [Required, ValidateObjectMembers]
    public AppearanceOptions Appearance { get; init; } = new();

    [Required, ValidateObjectMembers]
    public IssuerPdfOptions Pdf { get; init; } = new();

    [Required, ValidateObjectMembers]
    public IssuerSealingOptions Sealing { get; init; } = new();

    [Required, ValidateObjectMembers]
    public IssuerRetentionOptions Retention { get; init; } = new();

    /// <summary>DKIM signatures over every message as it leaves. Default none.</summary>
    [ValidateEnumeratedItems]
    public IList<DkimOptions> Dkim { get; init; } = [];
}

/// <summary>How an issuer's PDF signatures look; invisible without a seal.</summary>
internal sealed class AppearanceOptions
{
    /// <summary>The signature's <c>/Reason</c>.</summary>
    [StringLength(200)]
    public string? Reason { get; init; }

    /// <summary>The signature's <c>/Location</c>.</summary>
    [StringLength(200)]
    public string? Location { get; init; }

    /// <summary>The signature's <c>/ContactInfo</c>.</summary>
    [StringLength(200)]
    public string? ContactInfo { get; init; }

    /// <summary>A one-page PDF shown as the seal. Default none: the signature is invisible.</summary>
    public string? Seal { get; init; }

    /// <summary>
    /// Where it goes, in words: <c>last page, bottom right</c> (default), <c>first page, top left</c>, <c>page 2, 36 700 200 60</c>. This, or the next two.
    /// </summary>
    public string? SealPlace { get; init; }

    /// <summary>The page that carries it: 1 the first, -1 (default) the last.</summary>
    public int SealPage { get; init; } = -1;

    /// <summary>Lower left x and y, width and height, in points. Default its own size at the lower right.</summary>
    public IList<double> SealRectangle { get; init; } = [];
}

[OptionsValidator]
internal sealed partial class IssuerOptionsValidator : IValidateOptions<IssuerOptions>;
