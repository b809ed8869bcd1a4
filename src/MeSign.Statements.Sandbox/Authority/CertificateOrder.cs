using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sandbox.Authority;

/// <summary>Everything that the issuing CA writes into one certificate.</summary>
internal sealed record CertificateOrder
{
    public required X500DistinguishedName Subject { get; init; }

    /// <summary>The subject's key pair; the certificate comes back with it.</summary>
    public required AsymmetricAlgorithm Key { get; init; }

    public required X509KeyUsageFlags KeyUsages { get; init; }

    /// <summary>Purposes as object identifiers; no extension where empty.</summary>
    public IReadOnlyList<string> ExtendedKeyUsages { get; init; } = [];

    /// <summary>RFC 3161 §2.3 wants it critical for a timestamp server.</summary>
    public bool ExtendedKeyUsageCritical { get; init; }

    /// <summary>Certificate policies as object identifiers; no extension where empty.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Addresses: rfc822Name in ASCII, SmtpUTF8Mailbox (RFC 9598) otherwise.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>True for the certificate of a server on this machine: dNSName localhost, iPAddress 127.0.0.1.</summary>
    public bool Localhost { get; init; }

    /// <summary>Validity from now, negative for the past.</summary>
    public TimeSpan From { get; init; } = TimeSpan.FromDays(-1);

    /// <summary>Validity from now, negative for the past.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.FromDays(730);
}
