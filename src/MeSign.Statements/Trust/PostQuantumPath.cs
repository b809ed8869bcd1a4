using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.X509;

namespace MeSign.Statements.Trust;

/// <summary>
/// Paths from certificates with keys that the system's library may not read: OpenSSL before 3.5 knows no ML-KEM and fails
/// on the whole chain. The path above is found and checked as any other; the last step is BouncyCastle's, with the name
/// constraints and lengths of all of it.
/// </summary>
internal static class PostQuantumPath
{
    /// <param name="check">Checks the path of an authority.</param>
    /// <returns>The path with the certificate in front, without regard to its own revocation.</returns>
    public static CertificatePathResult Check(
        X509Certificate2 leaf, IEnumerable<X509Certificate2> authorities, Func<X509Certificate2, CertificatePathResult> check, DateTimeOffset at)
    {
        CertificatePathResult? fault = null;
        foreach (var authority in authorities.Where(candidate => candidate.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData)))
        {
            var above = check(authority);
            List<X509Certificate2> path = [leaf, .. above.Path];
            if (above.IsTrusted && Validate(path, at))
                return above with { Path = path };
            fault ??= above.IsTrusted ? null : above with { Path = path };
        }
        return fault ?? new([leaf], PathProblem.Untrusted, $"{leaf.Subject} leads to no trusted root");
    }

    private static bool Validate(List<X509Certificate2> path, DateTimeOffset at)
    {
        try
        {
            var parser = new X509CertificateParser();
            var certificates = path.ConvertAll(certificate => parser.ReadCertificate(certificate.RawData));
            var parameters = new PkixParameters(new HashSet<TrustAnchor> { new(certificates[^1], nameConstraints: null) })
            {
                IsRevocationEnabled = false,
                Date = at.UtcDateTime,
            };
            new PkixCertPathValidator().Validate(new PkixCertPath(certificates.SkipLast(1).ToList()), parameters);
            return true;
        }
        catch (PkixCertPathValidatorException)
        {
            return false;
        }
    }
}
