using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Encryption;

/// <summary>
/// Decrypts what is read from an encrypted document and encrypts what is added to it (ISO 32000-2 §7.6), by the standard security
/// handler, revisions 2 to 6.
/// </summary>
internal sealed class DocumentCipher
{
    private const int BlockBytes = 16;

    private readonly EncryptionDictionary _encryption;
    private readonly byte[] _key;
    private readonly int _self;

    private DocumentCipher(EncryptionDictionary encryption, byte[] key, int self) => (_encryption, _key, _self) = (encryption, key, self);

    /// <param name="password">The user's or the owner's; null for the empty one that documents which anybody may open have.</param>
    /// <exception cref="StatementFailedException">DocumentEncrypted: another password is needed, or another handler.</exception>
    public static DocumentCipher Open(PdfDocument document, string? password)
    {
        var encryption = EncryptionDictionary.Read(document);
        var self = document.Trailer["Encrypt"] is PdfReference reference ? reference.Number : 0;
        var id = document.Resolve(document.Trailer["ID"]) is PdfArray { Items: [PdfString first, ..] } ? first.Bytes : default;
        var candidates = string.IsNullOrEmpty(password) ? [string.Empty] : new[] { password, string.Empty };
        foreach (var candidate in candidates)
        {
            var key = encryption.Revision >= 5 ? FileKey256.Find(encryption, candidate) : FileKey.Find(encryption, id.Span, candidate);
            if (key is not null)
                return new DocumentCipher(encryption, key, self);
        }

        // Where only attachments are encrypted, everything that a signature touches is in the clear.
        if (encryption is { Strings: CryptMethod.Identity, Streams: CryptMethod.Identity })
            return new DocumentCipher(encryption, [], self);
        throw new StatementFailedException(FailureCode.DocumentEncrypted, string.IsNullOrEmpty(password)
            ? "The document needs a password to be opened: give the issuer's document password, or send it unencrypted"
            : "The document's password is not the one given: correct it, or send the document unencrypted");
    }

    /// <summary>An object that was read by its own cross-reference entry, with its strings in the clear.</summary>
    public PdfObject Decrypt(PdfObject value, PdfReference self) => IsClear(value, self) || _encryption.Strings == CryptMethod.Identity
        ? value
        : Map(value, text => Decrypt(_encryption.Strings, text, self));

    /// <summary>A stream's data in the clear, filters still on.</summary>
    public ReadOnlyMemory<byte> Decrypt(PdfStream stream, ReadOnlyMemory<byte> raw, string? cryptFilter)
    {
        if (stream.Dictionary.IsType("XRef") || (stream.Dictionary.IsType("Metadata") && !_encryption.EncryptsMetadata))
            return raw;
        return Decrypt(cryptFilter is null ? _encryption.Streams : EncryptionDictionary.Find(_encryption.Filters, cryptFilter), raw, stream.Self);
    }

    /// <summary>An object to be written, encrypted as the document's are. What is filled in later, a signature's contents, stays clear.</summary>
    public PdfObject Encrypt(PdfObject value, PdfReference self)
    {
        if (self.Number == _self)
            return value;

        var encrypted = Map(value is PdfData data ? data.Dictionary : value, text => Encrypt(_encryption.Strings, text, self));
        return value is PdfData stream
            ? PdfData.Of((PdfDictionary)encrypted, Encrypt(_encryption.Streams, stream.Bytes, self))
            : encrypted;
    }

    private bool IsClear(PdfObject value, PdfReference self) =>
        self.Number == _self || (value is PdfStream stream && stream.Dictionary.IsType("XRef"));

    private static PdfObject Map(PdfObject value, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> change)
    {
        switch (value)
        {
            case PdfString text:
                return text with { Bytes = change(text.Bytes) };
            case PdfArray array:
                return new PdfArray([.. array.Items.Select(item => Map(item, change))]);
            case PdfStream stream:
                return stream with { Dictionary = (PdfDictionary)Map(stream.Dictionary, change) };
            case PdfDictionary dictionary:
                var mapped = new PdfDictionary();
                // ISO 32000-2 §7.6.2: the contents of a signature are never encrypted.
                var isSignature = dictionary["ByteRange"] is not null;
                foreach (var (key, item) in dictionary.Entries)
                    mapped.Entries.Add(key, isSignature && key == "Contents" ? item : Map(item, change));
                return mapped;
            default:
                return value;
        }
    }

    private ReadOnlyMemory<byte> Decrypt(CryptMethod method, ReadOnlyMemory<byte> data, PdfReference self)
    {
        if (method == CryptMethod.Identity || data.IsEmpty)
            return data;
        if (method == CryptMethod.V2)
            return Rc4.Apply(ObjectKey(self, method), data.Span);

        var blocks = data.Length / BlockBytes * BlockBytes;
        if (blocks < 2 * BlockBytes)
            return default;
        using var aes = Aes.Create();
        aes.Key = ObjectKey(self, method);
        var clear = aes.DecryptCbc(data.Span[BlockBytes..blocks], data.Span[..BlockBytes], PaddingMode.None);
        // Writers that pad wrongly exist; then nothing is taken off.
        var padding = clear[^1];
        return padding is > 0 and <= BlockBytes ? clear.AsMemory(0, clear.Length - padding) : clear;
    }

    private ReadOnlyMemory<byte> Encrypt(CryptMethod method, ReadOnlyMemory<byte> data, PdfReference self)
    {
        if (method == CryptMethod.Identity)
            return data;
        if (method == CryptMethod.V2)
            return Rc4.Apply(ObjectKey(self, method), data.Span);

        using var aes = Aes.Create();
        aes.Key = ObjectKey(self, method);
        var vector = RandomNumberGenerator.GetBytes(BlockBytes);
        return (byte[])[.. vector, .. aes.EncryptCbc(data.Span, vector)];
    }

    // Algorithms 1 and 1.A.
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "MD5 is what the format derives its keys by.")]
    private byte[] ObjectKey(PdfReference self, CryptMethod method)
    {
        if (method == CryptMethod.AesV3)
            return _key;

        var (number, generation) = (self.Number, self.Generation);
        ReadOnlySpan<byte> salt = method == CryptMethod.AesV2 ? "sAlT"u8 : default;
        var hash = MD5.HashData(
            [.. _key, (byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)generation, (byte)(generation >> 8), .. salt]);
        return hash[..Math.Min(_key.Length + 5, hash.Length)];
    }
}
