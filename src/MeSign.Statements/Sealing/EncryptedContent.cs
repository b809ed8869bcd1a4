using System.Formats.Asn1;
using System.Security.Cryptography;

namespace MeSign.Statements.Sealing;

/// <summary>
/// EnvelopedData (RFC 5652 §6) or AuthEnvelopedData (RFC 5083) as read: from whoever made it, in BER as many clients
/// write it.
/// </summary>
internal sealed class EncryptedContent
{
    private readonly byte[] _parameters;
    private readonly byte[] _content;
    private readonly byte[] _authenticatedAttributes;
    private readonly byte[] _mac;

    private EncryptedContent(
        string algorithm, byte[] parameters, byte[] content, byte[] authenticatedAttributes, byte[] mac, IReadOnlyList<EncryptedKey> keys)
    {
        Algorithm = algorithm;
        _parameters = parameters;
        _content = content;
        _authenticatedAttributes = authenticatedAttributes;
        _mac = mac;
        Keys = keys;
    }

    /// <summary>OID of the content encryption.</summary>
    public string Algorithm { get; }

    public IReadOnlyList<EncryptedKey> Keys { get; }

    /// <param name="body">What follows the content type in ContentInfo, its [0] taken off.</param>
    /// <exception cref="AsnContentException">Not such a structure.</exception>
    public static EncryptedContent Read(AsnReader body, bool authenticated)
    {
        var data = body.ReadSequence();
        data.ReadInteger();
        if (data.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
            data.ReadEncodedValue();

        var keys = new List<EncryptedKey>();
        var recipients = data.ReadSetOf();
        while (recipients.HasData)
            keys.AddRange(EncryptedKey.Read(recipients));

        var encrypted = data.ReadSequence();
        encrypted.ReadObjectIdentifier();
        var algorithm = encrypted.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        var encodedParameters = algorithm.HasData ? algorithm.ReadEncodedValue().ToArray() : [];
        var ciphertext = encrypted.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0));

        if (!authenticated)
            return new(oid, encodedParameters, ciphertext, [], [], keys);

        var attributes = Array.Empty<byte>();
        if (data.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1)))
        {
            // RFC 5083 §2.2: authenticated as a SET OF, not under the tag that it has here.
            attributes = data.ReadEncodedValue().ToArray();
            attributes[0] = 0x31;
        }
        return new(oid, encodedParameters, ciphertext, attributes, data.ReadOctetString(), keys);
    }

    /// <exception cref="CryptographicException">
    /// The key is another one, the content was altered, or the algorithm is not opened here.
    /// </exception>
    public byte[] Decrypt(EncryptedKey encryptedKey, DecryptionKey decryptionKey)
    {
        var key = encryptedKey.Unwrap(decryptionKey);
        try
        {
            return Algorithm switch
            {
                CmsOids.Aes128Cbc or CmsOids.Aes192Cbc or CmsOids.Aes256Cbc => DecryptCbc(key),
                CmsOids.Aes128Gcm or CmsOids.Aes192Gcm or CmsOids.Aes256Gcm => DecryptGcm(key),
                _ => throw new CryptographicException($"{CmsNames.Of(Algorithm)} is not opened: it no longer protects anything."),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private byte[] DecryptCbc(byte[] key)
    {
        RequireLength(key);
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptCbc(_content, Read(_parameters, reader => reader.ReadOctetString()), PaddingMode.PKCS7);
    }

    private byte[] DecryptGcm(byte[] key)
    {
        RequireLength(key);
        var (nonce, tagBytes) = Read(_parameters, reader =>
        {
            var sequence = reader.ReadSequence();
            var value = sequence.ReadOctetString();
            // RFC 5084 §3.2: DEFAULT 12.
            return (value, sequence.HasData && sequence.TryReadInt32(out var length) ? length : 12);
        });
        if (tagBytes is < 12 or > 16 || _mac.Length != tagBytes || nonce.Length != 12)
            throw new CryptographicException("The GCM parameters are not of RFC 5084.");

        using var gcm = new AesGcm(key, tagBytes);
        var plain = new byte[_content.Length];
        gcm.Decrypt(nonce, _content, _mac, plain, _authenticatedAttributes);
        return plain;
    }

    private void RequireLength(byte[] key)
    {
        var expected = Algorithm switch
        {
            CmsOids.Aes128Cbc or CmsOids.Aes128Gcm => 16,
            CmsOids.Aes192Cbc or CmsOids.Aes192Gcm => 24,
            _ => 32,
        };
        if (key.Length != expected)
            throw new CryptographicException("The content-encryption key has another length than its algorithm.");
    }

    private static T Read<T>(byte[] encoded, Func<AsnReader, T> read)
    {
        try
        {
            return read(new AsnReader(encoded, AsnEncodingRules.BER));
        }
        catch (AsnContentException exception)
        {
            throw new CryptographicException("The algorithm's parameters cannot be read.", exception);
        }
    }
}
