using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Recipients;

/// <summary>What the certificate sources hold for one address, checked for use now.</summary>
/// <param name="Usable">Certificates to encrypt to; each passed every check.</param>
/// <param name="Rejected">Certificates found that must not be used, with the reason.</param>
public sealed record RecipientCertificates(
    IReadOnlyList<X509Certificate2> Usable,
    IReadOnlyList<RejectedCertificate> Rejected)
{
    public static RecipientCertificates None { get; } = new([], []);
}

/// <param name="Thumbprint">SHA-256 of the certificate, lower-case hex.</param>
/// <param name="Problem">The first check that it failed.</param>
/// <param name="Source">The source that returned it.</param>
public sealed record RejectedCertificate(string Thumbprint, CertificateProblem Problem, string Source);

/// <summary>Why a recipient's certificate cannot be used.</summary>
public enum CertificateProblem
{
    Expired,
    NotYetValid,

    /// <summary>No path to a configured root, or a broken one (RFC 5280 §6).</summary>
    Untrusted,
    Revoked,

    /// <summary>Its issuer's revocation list is at hand but out of date, so that nobody can tell.</summary>
    RevocationUnknown,

    /// <summary>keyUsage lacks what its key is for: keyEncipherment (RSA, ML-KEM) or keyAgreement (EC, X25519): RFC 8550 §4.4.2.</summary>
    KeyUsage,

    /// <summary>An extendedKeyUsage without emailProtection: RFC 8550 §4.4.4.</summary>
    ExtendedKeyUsage,

    /// <summary>No rfc822Name or SmtpUTF8Mailbox equals the recipient's address: RFC 8550 §3.</summary>
    AddressMismatch,

    /// <summary>RSA under 2048 bits, an unknown curve, or an algorithm that is not for encryption.</summary>
    WeakKey,

    /// <summary>An ML-KEM key, and <c>MeSign:Recipients:PostQuantum</c> is off.</summary>
    PostQuantumOff,

    /// <summary>Not a certificate.</summary>
    Unreadable,
}
