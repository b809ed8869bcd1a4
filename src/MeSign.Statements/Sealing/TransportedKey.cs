using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>KeyTransRecipientInfo (RFC 5652 §6.2.1): RSA.</summary>
internal sealed class TransportedKey : EncryptedKey
{
    private readonly byte[] _parameters;
    private readonly byte[] _encrypted;

    private TransportedKey(ReadOnlyMemory<byte> identifier, string algorithm, byte[] parameters, byte[] encrypted)
        : base(identifier, algorithm)
    {
        _parameters = parameters;
        _encrypted = encrypted;
    }

    public static TransportedKey ReadOne(AsnReader info)
    {
        info.ReadInteger();
        var identifier = info.ReadEncodedValue();
        var (algorithm, parameters) = KeyEncryption.ReadAlgorithm(info);
        return new(identifier, algorithm, parameters, info.ReadOctetString());
    }

    public override byte[] Unwrap(DecryptionKey key)
    {
        using var rsa = key.Certificate.GetRSAPrivateKey()
            ?? throw new CryptographicException("The message's key was encrypted to an RSA key, and this is none.");
        return rsa.Decrypt(_encrypted, Algorithm switch
        {
            CmsOids.RsaEncryption => RSAEncryptionPadding.Pkcs1,
            CmsOids.RsaOaep => RSAEncryptionPadding.CreateOaep(KeyEncryption.OaepHash(_parameters)),
            _ => throw new CryptographicException($"Key transport {CmsNames.Of(Algorithm)} is not opened here."),
        });
    }
}
