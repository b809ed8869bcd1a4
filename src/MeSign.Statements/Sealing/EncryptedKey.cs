using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>The content-encryption key for one recipient (RFC 5652 §6.2), as read from a message.</summary>
internal sealed class EncryptedKey
{
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1);

    private readonly ReadOnlyMemory<byte> _issuer;
    private readonly BigInteger _serialNumber;
    private readonly byte[]? _subjectKeyIdentifier;
    private readonly byte[] _algorithmParameters;
    private readonly byte[] _wrapped;
    private byte[]? _originatorPoint;
    private byte[] _userKeyingMaterial = [];

    private EncryptedKey(ReadOnlyMemory<byte> identifier, string algorithm, byte[] algorithmParameters, byte[] wrapped)
    {
        Algorithm = algorithm;
        _algorithmParameters = algorithmParameters;
        _wrapped = wrapped;
        var reader = new AsnReader(identifier, AsnEncodingRules.BER);
        var tag = reader.PeekTag();
        if (tag.HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var issuerAndSerialNumber = reader.ReadSequence();
            _issuer = issuerAndSerialNumber.ReadEncodedValue();
            _serialNumber = issuerAndSerialNumber.ReadInteger();
        }
        else if (tag.HasSameClassAndValue(Context0))
        {
            // [0] SubjectKeyIdentifier of key transport, [0] RecipientKeyIdentifier of key agreement.
            _subjectKeyIdentifier = tag.IsConstructed ? reader.ReadSequence(Context0).ReadOctetString() : reader.ReadOctetString(Context0);
        }
    }

    /// <summary>OID of the key encryption.</summary>
    public string Algorithm { get; }

    /// <summary>Whose it is, as far as the message says: issuer and serial number, or key identifier.</summary>
    public string Recipient => _subjectKeyIdentifier is not null
        ? $"key identifier {Convert.ToHexStringLower(_subjectKeyIdentifier)}"
        : _issuer.IsEmpty
            ? "not said in a known way"
            : string.Create(CultureInfo.InvariantCulture, $"serial number {Convert.ToHexStringLower(_serialNumber.ToByteArray(isBigEndian: true))} of {IssuerName()}");

    public static IEnumerable<EncryptedKey> Read(AsnReader recipientInfos)
    {
        var tag = recipientInfos.PeekTag();
        if (tag.HasSameClassAndValue(Asn1Tag.Sequence))
            return [ReadKeyTransport(recipientInfos.ReadSequence())];
        if (tag.HasSameClassAndValue(Context1))
            return ReadKeyAgreement(recipientInfos.ReadSequence(Context1)).ToArray();

        // kekri, pwri, ori: nothing that a certificate opens.
        recipientInfos.ReadEncodedValue();
        return [];
    }

    public bool IsFor(X509Certificate2 certificate)
    {
        if (_subjectKeyIdentifier is not null)
        {
            return certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>()
                .Any(extension => extension.SubjectKeyIdentifierBytes.Span.SequenceEqual(_subjectKeyIdentifier));
        }
        return !_issuer.IsEmpty
            && new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true) == _serialNumber
            && certificate.IssuerName.RawData.AsSpan().SequenceEqual(_issuer.Span);
    }

    /// <exception cref="CryptographicException">It is not this key's, or in a form that is not opened here.</exception>
    public byte[] Unwrap(X509Certificate2 certificate) => _originatorPoint is null ? Transported(certificate) : Agreed(certificate);

    private byte[] Transported(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPrivateKey()
            ?? throw new CryptographicException("The message's key was encrypted to an RSA key, and this is none.");
        return rsa.Decrypt(_wrapped, Algorithm switch
        {
            CmsOids.RsaEncryption => RSAEncryptionPadding.Pkcs1,
            CmsOids.RsaOaep => RSAEncryptionPadding.CreateOaep(KeyEncryption.OaepHash(_algorithmParameters)),
            _ => throw new CryptographicException($"Key transport {CmsNames.Of(Algorithm)} is not opened here."),
        });
    }

    private byte[] Agreed(X509Certificate2 certificate)
    {
        using var ecdh = certificate.GetECDiffieHellmanPrivateKey()
            ?? throw new CryptographicException("The message's key was agreed on with an EC key, and this is none.");
        var curve = ecdh.ExportParameters(includePrivateParameters: false).Curve;
        var coordinate = (_originatorPoint!.Length - 1) / 2;
        if (_originatorPoint[0] != 0x04 || _originatorPoint.Length != 1 + 2 * coordinate)
            throw new CryptographicException("The originator's public key is not an uncompressed point.");

        using var ephemeral = ECDiffieHellman.Create(new ECParameters
        {
            Curve = curve,
            Q = new() { X = _originatorPoint[1..(1 + coordinate)], Y = _originatorPoint[(1 + coordinate)..] },
        });
        using var publicKey = ephemeral.PublicKey;
        var (wrapBytes, hash) = KeyEncryption.Agreement(Algorithm, _algorithmParameters);
        var wrappingKey = KeyAgreement.DeriveWrappingKey(ecdh, publicKey, hash, _algorithmParameters, _userKeyingMaterial, wrapBytes);
        return KeyAgreement.Unwrap(wrappingKey, _wrapped);
    }

    private static EncryptedKey ReadKeyTransport(AsnReader info)
    {
        info.ReadInteger();
        var identifier = info.ReadEncodedValue();
        var (algorithm, parameters) = KeyEncryption.ReadAlgorithm(info);
        return new(identifier, algorithm, parameters, info.ReadOctetString());
    }

    private static IEnumerable<EncryptedKey> ReadKeyAgreement(AsnReader info)
    {
        info.ReadInteger();
        var originator = info.ReadSequence(Context0);
        byte[]? point = null;
        if (originator.PeekTag().HasSameClassAndValue(Context1))
        {
            var publicKey = originator.ReadSequence(Context1);
            publicKey.ReadSequence();
            point = publicKey.ReadBitString(out _);
        }
        var material = info.PeekTag().HasSameClassAndValue(Context1) ? info.ReadSequence(Context1).ReadOctetString() : [];
        var (algorithm, parameters) = KeyEncryption.ReadAlgorithm(info);
        var keys = info.ReadSequence();
        while (keys.HasData)
        {
            var key = keys.ReadSequence();
            var identifier = key.ReadEncodedValue();
            yield return new(identifier, algorithm, parameters, key.ReadOctetString())
            {
                _originatorPoint = point ?? [],
                _userKeyingMaterial = material,
            };
        }
    }

    private string IssuerName()
    {
        try
        {
            return new X500DistinguishedName(_issuer.Span).Name;
        }
        catch (CryptographicException)
        {
            return "an unreadable name";
        }
    }
}
