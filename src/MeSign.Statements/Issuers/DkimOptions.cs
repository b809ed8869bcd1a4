using System.ComponentModel.DataAnnotations;

namespace MeSign.Statements.Issuers;

/// <summary>One DKIM signature on an issuer's messages, under <c>MeSign:Issuers:&lt;id&gt;:Dkim:&lt;n&gt;</c>: two with an RSA and an Ed25519 key reach everybody (RFC 8463 §5).</summary>
internal sealed class DkimOptions
{
    /// <summary>Name of the key record before <c>._domainkey</c>; an entry without one is no signature.</summary>
    [StringLength(63)]
    public string Selector { get; init; } = "";

    /// <summary>Domain of the key record: the From address's or one above it. Default the From address's.</summary>
    public string? Domain { get; init; }

    /// <summary>The private key: RSA of 2048 bits or more in PEM or PKCS#12, or Ed25519 in PEM. This, or <see cref="Pkcs11Module"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>File with the password of <see cref="KeyFile"/>; a line end at its end is not part of it. Default no password.</summary>
    public string? KeyPasswordFile { get; init; }

    /// <summary>Library of a hardware security module (PKCS#11) that keeps the RSA key, instead of <see cref="KeyFile"/>; needs the next three.</summary>
    public string? Pkcs11Module { get; init; }

    /// <summary>Label of the module's token.</summary>
    public string? Pkcs11Token { get; init; }

    /// <summary>Label of the private key.</summary>
    public string? Pkcs11Label { get; init; }

    /// <summary>File with the user's PIN; a line end at its end is not part of it.</summary>
    public string? Pkcs11PinFile { get; init; }
}
