using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace MeSign.Statements.Sealing;

/// <summary>ECDH on Curve25519 (RFC 8418); .NET has no such key.</summary>
internal sealed class X25519RecipientKey : AgreementRecipientKey
{
    private readonly X25519PublicKeyParameters _key;

    private X25519RecipientKey(X509Certificate2 certificate, X25519PublicKeyParameters key)
        : base(certificate) => _key = key;

    protected override string KeyAlgorithm => CmsOids.X25519;

    protected override string Scheme => CmsOids.StdDhHkdfSha256;

    public static new X25519RecipientKey Read(X509Certificate2 certificate) => EncryptionKeys.IsUsable(certificate)
        ? new(certificate, new X25519PublicKeyParameters(certificate.PublicKey.EncodedKeyValue.RawData))
        : throw new CryptographicException("A recipient's X25519 key is not one, or makes every secret the same.");

    protected override (byte[] OriginatorKey, byte[] WrappingKey) Agree()
    {
        var ephemeral = new X25519PrivateKeyParameters(new SecureRandom());
        var secret = KeyAgreement.X25519(ephemeral, _key);
        var info = KeyAgreement.SharedInfo(KeyWrap.Aes256Algorithm, userKeyingMaterial: [], KeyWrap.Aes256Bytes);
        var wrappingKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyWrap.Aes256Bytes, salt: [], info);
        CryptographicOperations.ZeroMemory(secret);
        return (ephemeral.GeneratePublicKey().GetEncoded(), wrappingKey);
    }
}
