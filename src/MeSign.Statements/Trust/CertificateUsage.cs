using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>What a certificate says it may be used for (RFC 5280 §4.2.1.3, §4.2.1.12).</summary>
internal static class CertificateUsage
{
    /// <summary>No keyUsage, or one with digitalSignature or nonRepudiation (RFC 8550 §4.4.2).</summary>
    public static bool MaySign(X509Certificate2 certificate)
    {
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        return usage is null || Read(() => (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) != 0);
    }

    /// <summary>No extendedKeyUsage, or one with any of these or anyExtendedKeyUsage.</summary>
    public static bool Allows(X509Certificate2 certificate, params ReadOnlySpan<string> purposes)
    {
        var extension = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (extension is null)
            return true;

        string[] allowed = [Oids.AnyExtendedKeyUsage, .. purposes];
        return Read(() => extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => allowed.Contains(oid.Value)));
    }

    /// <summary>RFC 3161 §2.3: the extension is critical and names time-stamping alone.</summary>
    public static bool IsTimestampAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [{ Critical: true } extension]
        && Read(() => extension.EnhancedKeyUsages is { Count: 1 } usages && usages[0].Value == Oids.TimeStamping);

    /// <summary>RFC 6960 §4.2.2.2: extendedKeyUsage names OCSPSigning itself.</summary>
    public static bool IsResponder(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [var extension]
        && Read(() => extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == Oids.OcspSigning));

    /// <summary>RFC 6960 §4.2.2.2.1: the authority says that its responder is to be believed for its certificate's short life.</summary>
    public static bool NeedsNoCheck(X509Certificate2 certificate) => certificate.Extensions[Oids.OcspNoCheck] is not null;

    /// <summary>basicConstraints says that it is an authority's.</summary>
    public static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { } constraints && Read(() => constraints.CertificateAuthority);

    /// <summary>No keyUsage, or one with cRLSign.</summary>
    public static bool MaySignLists(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { } usage || Read(() => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));

    // Extensions are decoded only when they are asked: a malformed one allows nothing.
    private static bool Read(Func<bool> extension)
    {
        try
        {
            return extension();
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
