using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>
/// Remembers the paths of timestamp authorities: a server signs thousands of tokens with one certificate, and building its
/// path costs more than all other checks of a token.
/// </summary>
internal sealed class AuthorityPaths(TrustAnchors anchors, ConfiguredCrls crls, TimeProvider time)
{
    // Authorities change their certificate about once a year; far more than that is an attack on our memory.
    private const int MaxRemembered = 64;

    private readonly ConcurrentDictionary<string, Remembered> _trusted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, X509Certificate2> _certificates = new(StringComparer.Ordinal);

    /// <summary>Reads a certificate, the same object for the same bytes: decoding one costs more than a signature check.</summary>
    /// <exception cref="CryptographicException">Not a certificate.</exception>
    public X509Certificate2 Load(ReadOnlyMemory<byte> der)
    {
        if (_certificates.Count >= MaxRemembered)
            _certificates.Clear();
        return _certificates.GetOrAdd(Convert.ToHexString(SHA256.HashData(der.Span)), _ => X509CertificateLoader.LoadCertificate(der.Span));
    }

    /// <inheritdoc cref="CertificatePath.Check"/>
    public CertificatePathResult Check(X509Certificate2 authority, IReadOnlyList<X509Certificate2> others, DateTimeOffset at)
    {
        var thumbprint = authority.GetCertHashString(HashAlgorithmName.SHA256);
        if (_trusted.TryGetValue(thumbprint, out var known) && time.GetUtcNow() < known.Until && known.Result.Path.All(certificate => IsValid(certificate, at)))
            return known.Result;

        var result = CertificatePath.Check(authority, others, anchors, at, crls.Current, Oids.TimeStamping);
        if (_trusted.Count >= MaxRemembered)
            _trusted.Clear();
        if (result.IsTrusted)
            _trusted[thumbprint] = new(result, time.GetUtcNow() + ConfiguredCrls.LookAgain);
        return result;
    }

    private static bool IsValid(X509Certificate2 certificate, DateTimeOffset at) =>
        certificate.NotBefore.ToUniversalTime() <= at.UtcDateTime && at.UtcDateTime <= certificate.NotAfter.ToUniversalTime();

    /// <param name="Until">When revocation is to be looked at anew.</param>
    private sealed record Remembered(CertificatePathResult Result, DateTimeOffset Until);
}
