using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Issuers;

/// <summary>Reads the certificate of an issuer's archive and refuses one that could not be encrypted to.</summary>
internal static class ArchiveCertificate
{
    private static readonly string[] Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    /// <exception cref="InvalidDataException">It cannot be used; the message names the fix.</exception>
    public static X509Certificate2 Load(string path, TimeProvider time)
    {
        var certificate = Read(path);
        var fault = Fault(certificate, time.GetUtcNow().UtcDateTime);
        return fault is null ? certificate : throw new InvalidDataException($"{path} {fault}");
    }

    public static string? TryLoad(string path, TimeProvider time)
    {
        try
        {
            Load(path, time).Dispose();
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static X509Certificate2 Read(string path)
    {
        if (TrustFiles.Blocks(TrustFiles.Read(path), "CERTIFICATE").ToList() is not [var der])
            throw new InvalidDataException($"{path} does not hold exactly one certificate");
        try
        {
            return X509CertificateLoader.LoadCertificate(der.Span);
        }
        catch (CryptographicException exception)
        {
            throw new InvalidDataException($"{path} is not a certificate in PEM or DER", exception);
        }
    }

    private static string? Fault(X509Certificate2 certificate, DateTime now)
    {
        if (now > certificate.NotAfter.ToUniversalTime() || now < certificate.NotBefore.ToUniversalTime())
            return $"is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, not now: name one that is";
        if (KeyStrength.Problem(certificate) is { } problem)
            return $"has an {problem}";

        // RFC 8550 §4.4.2; .NET gives no ECDH key where keyUsage leaves the agreement out.
        var needed = certificate.PublicKey.Oid.Value == Oids.EcPublicKey ? X509KeyUsageFlags.KeyAgreement : X509KeyUsageFlags.KeyEncipherment;
        using var ecdh = certificate.GetECDiffieHellmanPublicKey();
        if (ecdh is not null && !Curves.Contains(ecdh.ExportParameters(includePrivateParameters: false).Curve.Oid.Value))
            return "has an EC key that is not on P-256, P-384 or P-521";
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        return usage is null || usage.KeyUsages.HasFlag(needed) ? null : $"must not be used for encryption: its keyUsage lacks {needed}";
    }
}
