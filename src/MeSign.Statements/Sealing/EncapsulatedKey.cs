using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Kems;

namespace MeSign.Statements.Sealing;

/// <summary>KEMRecipientInfo (RFC 9629 §3): ML-KEM.</summary>
internal sealed class EncapsulatedKey : EncryptedKey
{
    private readonly byte[] _ciphertext;
    private readonly string _derivation;
    private readonly int _keyBytes;
    private readonly byte[] _userKeyingMaterial;
    private readonly byte[] _wrapAlgorithm;
    private readonly byte[] _wrapped;

    private EncapsulatedKey(AsnReader info, ReadOnlyMemory<byte> identifier, string algorithm)
        : base(identifier, algorithm)
    {
        _ciphertext = info.ReadOctetString();
        _derivation = KeyEncryption.ReadAlgorithm(info).Oid;
        _keyBytes = info.TryReadInt32(out var length) ? length : 0;
        _userKeyingMaterial = info.PeekTag().HasSameClassAndValue(Context0) ? info.ReadSequence(Context0).ReadOctetString() : [];
        _wrapAlgorithm = info.ReadEncodedValue().ToArray();
        _wrapped = info.ReadOctetString();
    }

    /// <summary>Reads an OtherRecipientInfo; other kinds than this one are nothing that a certificate opens.</summary>
    public static IEnumerable<EncryptedKey> ReadAny(AsnReader other)
    {
        if (other.ReadObjectIdentifier() != CmsOids.KemRecipient)
            return [];
        var info = other.ReadSequence();
        info.ReadInteger();
        var identifier = info.ReadEncodedValue();
        return [new EncapsulatedKey(info, identifier, KeyEncryption.ReadAlgorithm(info).Oid)];
    }

    public override byte[] Unwrap(DecryptionKey key)
    {
        var own = key.MlKem ?? throw new CryptographicException("The message's key was encapsulated to an ML-KEM key, and this is none.");
        var hash = KeyEncryption.HkdfHash(_derivation) ?? throw new CryptographicException($"Key derivation {CmsNames.Of(_derivation)} is not opened here.");
        if (MlKem.Parameters(Algorithm) != own.Parameters)
            throw new CryptographicException($"The message's key was encapsulated to an {CmsNames.Of(Algorithm)} key, and this is none.");

        var decapsulator = new MLKemDecapsulator(own.Parameters);
        decapsulator.Init(own);
        // RFC 9936 §2.2: the length has to be that of the key wrap.
        if (_ciphertext.Length != decapsulator.EncapsulationLength || _keyBytes != KeyWrap.KeyBytes(_wrapAlgorithm))
            throw new CryptographicException("The encapsulated key or its length is not of its algorithm.");
        var secret = new byte[decapsulator.SecretLength];
        decapsulator.Decapsulate(_ciphertext, 0, _ciphertext.Length, secret, 0, secret.Length);
        var wrappingKey = HKDF.DeriveKey(hash, secret, _keyBytes, salt: [], MlKem.OtherInfo(_wrapAlgorithm, _keyBytes, _userKeyingMaterial));
        CryptographicOperations.ZeroMemory(secret);
        return KeyWrap.Unwrap(wrappingKey, _wrapped);
    }
}
