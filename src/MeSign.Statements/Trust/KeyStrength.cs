using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>The weakest keys that are still believed: RSA 2048 bits, NIST P-256 or a curve as strong, X25519 among them.</summary>
internal static class KeyStrength
{
    /// <summary>What is wrong with the certificate's key, or null.</summary>
    public static string? Problem(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value == Oids.X25519)
            return EncryptionKeys.IsUsable(certificate) ? null : "X25519 key that is none";
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            if (rsa is not null)
                return rsa.KeySize >= 2048 ? null : $"RSA key of {rsa.KeySize} bits; 2048 is the least";
            // From the key itself: the certificate answers null where keyUsage allows key agreement alone.
            using var ec = certificate.PublicKey.GetECDsaPublicKey();
            if (ec is not null)
                return ec.KeySize >= 256 ? null : $"EC key of {ec.KeySize} bits; 256 is the least";
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException)
        {
            return "key that cannot be read";
        }

        return $"key of an unsupported kind ({certificate.PublicKey.Oid.Value})";
    }
}
