using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>One of a KeyAgreeRecipientInfo's keys (RFC 5652 §6.2.2): ECDH on the recipient's curve.</summary>
internal sealed class AgreedKey : EncryptedKey
{
    private readonly byte[] _wrapAlgorithm;
    private readonly byte[] _originatorKey;
    private readonly byte[] _userKeyingMaterial;
    private readonly byte[] _wrapped;

    private AgreedKey(
        ReadOnlyMemory<byte> identifier, string algorithm, byte[] wrapAlgorithm, byte[] originatorKey, byte[] userKeyingMaterial, byte[] wrapped)
        : base(identifier, algorithm)
    {
        _wrapAlgorithm = wrapAlgorithm;
        _originatorKey = originatorKey;
        _userKeyingMaterial = userKeyingMaterial;
        _wrapped = wrapped;
    }

    public static IEnumerable<AgreedKey> ReadAll(AsnReader info)
    {
        info.ReadInteger();
        var originator = info.ReadSequence(Context0);
        byte[] originatorKey = [];
        if (originator.PeekTag().HasSameClassAndValue(Context1))
        {
            var publicKey = originator.ReadSequence(Context1);
            publicKey.ReadSequence();
            originatorKey = publicKey.ReadBitString(out _);
        }
        var material = info.PeekTag().HasSameClassAndValue(Context1) ? info.ReadSequence(Context1).ReadOctetString() : [];
        var (algorithm, wrapAlgorithm) = KeyEncryption.ReadAlgorithm(info);
        var keys = info.ReadSequence();
        while (keys.HasData)
        {
            var key = keys.ReadSequence();
            var identifier = key.ReadEncodedValue();
            yield return new(identifier, algorithm, wrapAlgorithm, originatorKey, material, key.ReadOctetString());
        }
    }

    public override byte[] Unwrap(DecryptionKey key)
    {
        var wrappingKey = key.X25519 is { } curve25519 ? AgreeOnCurve25519(curve25519) : AgreeOnNistCurve(key.Certificate);
        return KeyWrap.Unwrap(wrappingKey, _wrapped);
    }

    private byte[] AgreeOnNistCurve(X509Certificate2 certificate)
    {
        using var ecdh = certificate.GetECDiffieHellmanPrivateKey()
            ?? throw new CryptographicException("The message's key was agreed on with an EC key, and this is none.");
        var hash = KeyEncryption.X963Hash(Algorithm)
            ?? throw new CryptographicException($"Key agreement {CmsNames.Of(Algorithm)} is not opened here.");
        var coordinate = (_originatorKey.Length - 1) / 2;
        if (_originatorKey is not [0x04, ..] || _originatorKey.Length != 1 + 2 * coordinate)
            throw new CryptographicException("The originator's public key is not an uncompressed point.");

        using var ephemeral = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ecdh.ExportParameters(includePrivateParameters: false).Curve,
            Q = new() { X = _originatorKey[1..(1 + coordinate)], Y = _originatorKey[(1 + coordinate)..] },
        });
        using var publicKey = ephemeral.PublicKey;
        var keyBytes = KeyWrap.KeyBytes(_wrapAlgorithm);
        return KeyAgreement.X963(ecdh, publicKey, hash, KeyAgreement.SharedInfo(_wrapAlgorithm, _userKeyingMaterial, keyBytes), keyBytes);
    }

    private byte[] AgreeOnCurve25519(X25519PrivateKeyParameters own)
    {
        if (_originatorKey.Length != X25519PublicKeyParameters.KeySize)
            throw new CryptographicException("The originator's public key is not one of X25519.");
        var keyBytes = KeyWrap.KeyBytes(_wrapAlgorithm);
        var info = KeyAgreement.SharedInfo(_wrapAlgorithm, _userKeyingMaterial, keyBytes);
        var secret = KeyAgreement.X25519(own, new(_originatorKey));

        // RFC 8418 §2.1 and §2.2, where the ukm is the salt as well.
        return KeyEncryption.X963Hash(Algorithm) is { } x963 ? KeyAgreement.X963(secret, x963, info, keyBytes)
            : KeyEncryption.HkdfHash(Algorithm) is { } hkdf ? HKDF.DeriveKey(hkdf, secret, keyBytes, _userKeyingMaterial, info)
            : throw new CryptographicException($"Key agreement {CmsNames.Of(Algorithm)} is not opened here.");
    }
}
