using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>What a certificate says it may be used for (RFC 5280 §4.2.1.3, §4.2.1.12).</summary>
internal static class CertificateUsage
{
    /// <summary>No keyUsage, or one with digitalSignature or nonRepudiation (RFC 8550 §4.4.2).</summary>
    public static bool MaySign(X509Certificate2 certificate)
    {
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        return usage is null || (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) != 0;
    }

    /// <summary>No extendedKeyUsage, or one with any of these or anyExtendedKeyUsage.</summary>
    public static bool Allows(X509Certificate2 certificate, params ReadOnlySpan<string> purposes)
    {
        var extension = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (extension is null)
            return true;

        foreach (var oid in extension.EnhancedKeyUsages)
        {
            if (oid.Value == Oids.AnyExtendedKeyUsage || purposes.Contains(oid.Value!))
                return true;
        }

        return false;
    }

    /// <summary>RFC 3161 §2.3: the extension is critical and names time-stamping alone.</summary>
    public static bool IsTimestampAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [{ Critical: true } extension]
        && extension.EnhancedKeyUsages is { Count: 1 } usages
        && usages[0].Value == Oids.TimeStamping;
}
