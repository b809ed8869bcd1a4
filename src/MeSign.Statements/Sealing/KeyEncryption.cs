using System.Formats.Asn1;
using System.Security.Cryptography;

namespace MeSign.Statements.Sealing;

/// <summary>Reads the key encryption algorithms that messages come with.</summary>
internal static class KeyEncryption
{
    /// <summary>An AlgorithmIdentifier: its OID, and its parameters encoded or nothing.</summary>
    public static (string Oid, byte[] Parameters) ReadAlgorithm(AsnReader reader)
    {
        var algorithm = reader.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        return (oid, algorithm.HasData ? algorithm.ReadEncodedValue().ToArray() : []);
    }

    /// <summary>RSAES-OAEP-params (RFC 4055 §4.1): the one hash that both OAEP and its MGF1 use.</summary>
    /// <exception cref="CryptographicException">Two hashes, a label, or a form that is not known.</exception>
    public static HashAlgorithmName OaepHash(byte[] parameters)
    {
        try
        {
            var (hash, mask) = (CmsOids.Sha1, CmsOids.Sha1);
            if (parameters.Length > 0)
            {
                var sequence = new AsnReader(parameters, AsnEncodingRules.BER).ReadSequence();
                if (Next(sequence, 0) is { } hashReader)
                    hash = ReadAlgorithm(hashReader).Oid;
                if (Next(sequence, 1) is { } maskReader)
                {
                    var (function, itsHash) = ReadAlgorithm(maskReader);
                    if (function != CmsOids.Mgf1)
                        throw new CryptographicException("OAEP with a mask function other than MGF1 is not opened here.");
                    mask = ReadAlgorithm(new AsnReader(itsHash, AsnEncodingRules.BER)).Oid;
                }
                if (Next(sequence, 2) is { } labelReader && ReadAlgorithm(labelReader) is var (_, label) && label is not [0x04, 0x00])
                    throw new CryptographicException("OAEP with a label is not opened here.");
            }
            return hash == mask ? Hash(hash) : throw new CryptographicException("OAEP with two hash functions is not opened here.");
        }
        catch (AsnContentException exception)
        {
            throw new CryptographicException("The OAEP parameters cannot be read.", exception);
        }
    }

    /// <summary>The hash of a scheme's X9.63 KDF (RFC 5753 §7.1.4); null for another scheme.</summary>
    public static HashAlgorithmName? X963Hash(string scheme) => scheme switch
    {
        // A KDF needs no collision resistance; OpenSSL's default is still this one.
        CmsOids.StdDhSha1Kdf => HashAlgorithmName.SHA1,
        CmsOids.StdDhSha256Kdf => HashAlgorithmName.SHA256,
        CmsOids.StdDhSha384Kdf => HashAlgorithmName.SHA384,
        CmsOids.StdDhSha512Kdf => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>The hash of an HKDF (RFC 8619), or of the one in a key agreement scheme (RFC 8418 §2.2); null for another.</summary>
    public static HashAlgorithmName? HkdfHash(string scheme) => scheme switch
    {
        CmsOids.HkdfSha256 or CmsOids.StdDhHkdfSha256 => HashAlgorithmName.SHA256,
        CmsOids.HkdfSha384 or CmsOids.StdDhHkdfSha384 => HashAlgorithmName.SHA384,
        CmsOids.HkdfSha512 or CmsOids.StdDhHkdfSha512 => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static AsnReader? Next(AsnReader sequence, int tag)
    {
        var expected = new Asn1Tag(TagClass.ContextSpecific, tag);
        return sequence.HasData && sequence.PeekTag().HasSameClassAndValue(expected) ? sequence.ReadSequence(expected) : null;
    }

    private static HashAlgorithmName Hash(string oid) => oid switch
    {
        CmsOids.Sha1 => HashAlgorithmName.SHA1,
        CmsOids.Sha256 => HashAlgorithmName.SHA256,
        CmsOids.Sha384 => HashAlgorithmName.SHA384,
        CmsOids.Sha512 => HashAlgorithmName.SHA512,
        _ => throw new CryptographicException($"Hash {CmsNames.Of(oid)} is not known here."),
    };
}
