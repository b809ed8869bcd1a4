using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Issuers;

/// <summary>Reads the certificate of an issuer's archive and refuses one that could not be encrypted to.</summary>
internal static class ArchiveCertificate
{
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
        if (!EncryptionKeys.IsUsable(certificate))
            return "has a key that is not encrypted to: RSA of 2048 bits or more, P-256, P-384, P-521, X25519, ML-KEM-768 and ML-KEM-1024 are";
        return EncryptionKeys.AllowsUse(certificate) ? null : $"must not be used for encryption: its keyUsage lacks {EncryptionKeys.NeededUsage(certificate)}";
    }
}
