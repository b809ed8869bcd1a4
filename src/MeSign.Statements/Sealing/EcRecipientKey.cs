using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>ECDH on a NIST curve (RFC 5753).</summary>
internal sealed class EcRecipientKey : AgreementRecipientKey
{
    private readonly ECDiffieHellmanPublicKey _key;
    private readonly ECCurve _curve;

    private EcRecipientKey(X509Certificate2 certificate, ECDiffieHellmanPublicKey key, ECCurve curve)
        : base(certificate)
    {
        _key = key;
        _curve = curve;
    }

    protected override string KeyAlgorithm => CmsOids.EcPublicKey;

    protected override string Scheme => CmsOids.StdDhSha256Kdf;

    public static new EcRecipientKey Read(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDiffieHellmanPublicKey()
            ?? throw new CryptographicException("A recipient's certificate has no key for encryption: its keyUsage lacks keyAgreement.");
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return curve.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35"
            ? new(certificate, key.PublicKey, curve)
            : throw new CryptographicException("A recipient's EC key is not on P-256, P-384 or P-521.");
    }

    protected override (byte[] OriginatorKey, byte[] WrappingKey) Agree()
    {
        using var ephemeral = ECDiffieHellman.Create(_curve);
        var point = ephemeral.ExportParameters(includePrivateParameters: false).Q;
        var info = KeyAgreement.SharedInfo(KeyWrap.Aes256Algorithm, userKeyingMaterial: [], KeyWrap.Aes256Bytes);
        return ([0x04, .. point.X!, .. point.Y!], KeyAgreement.X963(ephemeral, _key, HashAlgorithmName.SHA256, info, KeyWrap.Aes256Bytes));
    }
}
