using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>The weakest keys that are still believed: RSA 2048 bits, NIST P-256 or a curve as strong, X25519 and Ed25519 among them.</summary>
internal static class KeyStrength
{
    private const int Ed25519Bytes = 32;

    /// <summary>What is wrong with the certificate's key, or null.</summary>
    public static string? Problem(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value == Oids.X25519)
            return EncryptionKeys.IsUsable(certificate) ? null : "X25519 key that is none";
        if (certificate.PublicKey.Oid.Value == Oids.Ed25519)
            return certificate.PublicKey.EncodedKeyValue.RawData.Length == Ed25519Bytes ? null : "Ed25519 key that is none";
        try
        {
            using var rsa = SignatureCheck.RsaKey(certificate.PublicKey);
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
