using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

/// <summary>Whether a certificate may be used to encrypt to an address now (RFC 8550, RFC 5280).</summary>
internal sealed class CertificateCheck(RecipientTrust trust, IOptions<RecipientOptions> options)
{
    /// <param name="intermediates">Certificates that came with it; they are not trusted for that.</param>
    /// <returns>The first check that it fails; null where it may be used.</returns>
    public CertificateProblem? Find(X509Certificate2 certificate, EmailAddress address, IEnumerable<X509Certificate2> intermediates, DateTimeOffset now)
    {
        if (!CertificateAddresses.Read(certificate).Any(name => CertificateAddresses.Match(name, address, options.Value.CaseSensitiveLocalPart)))
            return CertificateProblem.AddressMismatch;
        // The path check counts the last second as past; so does this, so that the reason is the right one.
        if (certificate.NotAfter.ToUniversalTime() <= now.UtcDateTime)
            return CertificateProblem.Expired;
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
            return CertificateProblem.NotYetValid;
        if (KeyProblem(certificate) is { } problem)
            return problem;

        // RFC 8550 §4.4.4: where the extension is there, emailProtection or anyExtendedKeyUsage is in it.
        return CertificateUsage.Allows(certificate, Oids.EmailProtection)
            ? PathProblem(certificate, intermediates, now)
            : CertificateProblem.ExtendedKeyUsage;
    }

    private CertificateProblem? KeyProblem(X509Certificate2 certificate)
    {
        if (!EncryptionKeys.IsUsable(certificate))
            return CertificateProblem.WeakKey;
        if (!EncryptionKeys.AllowsUse(certificate))
            return CertificateProblem.KeyUsage;
        return EncryptionKeys.IsPostQuantum(certificate) && !options.Value.PostQuantum ? CertificateProblem.PostQuantumOff : null;
    }

    private CertificateProblem? PathProblem(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, DateTimeOffset now)
    {
        var result = CertificatePath.Check(certificate, intermediates, trust.Anchors, now, trust.Crls);
        return result.Problem switch
        {
            null => AuthoritiesAllowMail(result.Path) ? null : CertificateProblem.ExtendedKeyUsage,
            Trust.PathProblem.Revoked => CertificateProblem.Revoked,
            Trust.PathProblem.RevocationUnknown => CertificateProblem.RevocationUnknown,
            _ => CertificateProblem.Untrusted,
        };
    }

    // An extendedKeyUsage of an issuing CA limits what it may issue (RFC 5280 §4.2.1.12, CA/B S/MIME BR §7.1.2.2).
    private static bool AuthoritiesAllowMail(IReadOnlyList<X509Certificate2> path) =>
        path.Skip(1).SkipLast(1).All(authority => CertificateUsage.Allows(authority, Oids.EmailProtection));
}
