using System.Formats.Asn1;
using System.Security.Cryptography;

namespace MeSign.Statements.Sealing;

/// <summary>
/// One message's encryption (RFC 5652 §6, RFC 5083): knows its own size before there is a message, then encrypts the
/// content on its way. For one content, for the key and nonce are used once.
/// </summary>
internal sealed class Envelope : IDisposable
{
    private const int BlockBytes = 16;
    private const int TagBytes = 16;
    private const int GcmNonceBytes = 12;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _nonce;
    private readonly ContentEncryption _algorithm;
    private readonly long _plainLength;
    private readonly DerShell _shell;
    private bool _isDisposed;

    /// <param name="plainLength">Bytes of the content in clear.</param>
    public Envelope(IReadOnlyList<RecipientKey> recipients, long plainLength, ContentEncryption algorithm, RsaKeyTransport transport)
    {
        if (recipients.Count == 0)
            throw new ArgumentException("An envelope for nobody.", nameof(recipients));

        _algorithm = algorithm;
        _plainLength = plainLength;
        var authenticated = algorithm == ContentEncryption.Aes256Gcm;
        _nonce = RandomNumberGenerator.GetBytes(authenticated ? GcmNonceBytes : BlockBytes);
        EncryptedLength = authenticated ? plainLength : (plainLength / BlockBytes + 1) * BlockBytes;

        _shell = new DerShell(EncryptedLength)
            .Wrap(0x80)
            .Prepend(ContentEncryptionAlgorithm())
            .PrependOid(CmsOids.Data)
            .Wrap(0x30)
            .Prepend(RecipientInfos(recipients, transport))
            .Prepend([0x02, 0x01, Version(recipients)]);
        if (authenticated)
            _shell.Append([0x04, TagBytes, .. new byte[TagBytes]]);
        _shell
            .Wrap(0x30)
            .Wrap(0xA0)
            .PrependOid(authenticated ? CmsOids.AuthEnvelopedData : CmsOids.EnvelopedData)
            .Wrap(0x30);
    }

    /// <summary>Bytes of the whole ContentInfo.</summary>
    public long Length => _shell.Length;

    /// <summary>Bytes of the encrypted content: padding included, authentication tag not.</summary>
    public long EncryptedLength { get; }

    /// <summary>The ContentInfo around a content; each piece is good until the next is asked for.</summary>
    /// <param name="plain">The one content of this envelope, however often it is read.</param>
    public IEnumerable<ReadOnlyMemory<byte>> Seal(IEnumerable<ReadOnlyMemory<byte>> plain)
    {
        // A key that was wiped is one that everybody knows.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        yield return _shell.Before;
        var tag = new byte[TagBytes];
        var encrypted = _algorithm == ContentEncryption.Aes256Gcm
            ? ContentCipher.Gcm(_key, _nonce, plain, _plainLength, tag)
            : ContentCipher.Cbc(_key, _nonce, plain);
        foreach (var piece in encrypted)
            yield return piece;
        yield return _algorithm == ContentEncryption.Aes256Gcm ? (byte[])[.. _shell.After.Span[..^TagBytes], .. tag] : _shell.After;
    }

    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>RFC 5652 §6.1: as the recipients need; RFC 5083 §2.1: always 0.</summary>
    private byte Version(IReadOnlyList<RecipientKey> recipients) =>
        _algorithm == ContentEncryption.Aes256Cbc ? recipients.Max(recipient => recipient.EnvelopeVersion) : (byte)0;

    private byte[] ContentEncryptionAlgorithm()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (_algorithm == ContentEncryption.Aes256Gcm)
            {
                // GCMParameters, RFC 5084 §3.2.
                writer.WriteObjectIdentifier(CmsOids.Aes256Gcm);
                using (writer.PushSequence())
                {
                    writer.WriteOctetString(_nonce);
                    writer.WriteInteger(TagBytes);
                }
            }
            else
            {
                writer.WriteObjectIdentifier(CmsOids.Aes256Cbc);
                writer.WriteOctetString(_nonce);
            }
        }
        return writer.Encode();
    }

    private byte[] RecipientInfos(IReadOnlyList<RecipientKey> recipients, RsaKeyTransport transport)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            foreach (var recipient in recipients)
                recipient.WriteRecipientInfo(writer, _key, transport);
        }
        return writer.Encode();
    }
}
