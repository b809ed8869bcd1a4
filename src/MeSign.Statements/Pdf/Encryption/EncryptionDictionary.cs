using System.Globalization;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Encryption;

/// <summary>What a document's <c>/Encrypt</c> says (ISO 32000-2 tables 20, 21 and 25), for the standard security handler.</summary>
internal sealed record EncryptionDictionary
{
    public required int Revision { get; init; }

    /// <summary>Key lengths in bytes, the likeliest first: writers disagree on where the length stands.</summary>
    public required IReadOnlyList<int> KeyLengths { get; init; }

    public required ReadOnlyMemory<byte> Owner { get; init; }

    public required ReadOnlyMemory<byte> User { get; init; }

    /// <summary>Only in revisions 5 and 6.</summary>
    public ReadOnlyMemory<byte> OwnerKey { get; init; }

    /// <summary>Only in revisions 5 and 6.</summary>
    public ReadOnlyMemory<byte> UserKey { get; init; }

    public required int Permissions { get; init; }

    public required bool EncryptsMetadata { get; init; }

    public required CryptMethod Strings { get; init; }

    public required CryptMethod Streams { get; init; }

    /// <summary>Every crypt filter by its name.</summary>
    public required IReadOnlyDictionary<string, CryptMethod> Filters { get; init; }

    /// <exception cref="StatementFailedException">DocumentEncrypted by a handler that we do not have; DocumentDamaged.</exception>
    public static EncryptionDictionary Read(PdfDocument document)
    {
        var encrypt = document.Dictionary(document.Trailer["Encrypt"]) ?? throw PdfDamage.Of("the trailer's /Encrypt is no dictionary");
        if (document.Name(encrypt["Filter"]) is not "Standard")
            throw NotOurs("by certificates or a handler of its own");

        var version = Integer(document, encrypt, "V") ?? 0;
        var revision = Integer(document, encrypt, "R") ?? 0;
        if (version is not (1 or 2 or 4 or 5) || revision is < 2 or > 6 || (version == 5) != (revision >= 5))
            throw NotOurs(string.Create(CultureInfo.InvariantCulture, $"in a way (V {version}, R {revision}) that no standard describes"));

        var filters = version >= 4 ? ReadFilters(document, encrypt) : [];
        return new EncryptionDictionary
        {
            Revision = (int)revision,
            KeyLengths = Lengths(document, encrypt, (int)version),
            Owner = Bytes(document, encrypt, "O", revision >= 5 ? 48 : 32),
            User = Bytes(document, encrypt, "U", revision >= 5 ? 48 : 32),
            OwnerKey = revision >= 5 ? Bytes(document, encrypt, "OE", 32) : default,
            UserKey = revision >= 5 ? Bytes(document, encrypt, "UE", 32) : default,
            // Written as a signed or an unsigned number of 32 bits.
            Permissions = unchecked((int)(Integer(document, encrypt, "P") ?? 0)),
            EncryptsMetadata = document.Resolve(encrypt["EncryptMetadata"]) is not PdfBoolean { Value: false },
            Strings = version >= 4 ? Find(filters, document.Name(encrypt["StrF"])) : CryptMethod.V2,
            Streams = version >= 4 ? Find(filters, document.Name(encrypt["StmF"])) : CryptMethod.V2,
            Filters = filters,
        };
    }

    /// <summary>The method of a crypt filter; Identity where no name is given (ISO 32000-2 table 20).</summary>
    public static CryptMethod Find(IReadOnlyDictionary<string, CryptMethod> filters, string? name) => name is null or "Identity"
        ? CryptMethod.Identity
        : filters.TryGetValue(name, out var method) ? method : throw PdfDamage.Of("its encryption names a crypt filter that is not there");

    private static Dictionary<string, CryptMethod> ReadFilters(PdfDocument document, PdfDictionary encrypt)
    {
        var filters = new Dictionary<string, CryptMethod>(StringComparer.Ordinal);
        foreach (var (name, value) in (document.Dictionary(encrypt["CF"]) ?? new PdfDictionary()).Entries)
        {
            filters[name] = document.Name(document.Dictionary(value)?["CFM"]) switch
            {
                null or "None" => CryptMethod.Identity,
                "V2" => CryptMethod.V2,
                "AESV2" => CryptMethod.AesV2,
                "AESV3" => CryptMethod.AesV3,
                _ => throw NotOurs("by a crypt filter that no standard describes"),
            };
        }

        return filters;
    }

    private static IReadOnlyList<int> Lengths(PdfDocument document, PdfDictionary encrypt, int version)
    {
        var declared = (document.Resolve(encrypt["Length"]) as PdfInteger)?.Value switch
        {
            null => 5,
            >= 40 and <= 128 and var bits => (int)bits / 8,
            // In bytes where it should be in bits, or nonsense.
            _ => 16,
        };
        return version switch
        {
            1 => [5],
            2 => [.. new[] { declared, 16, 5 }.Distinct()],
            4 => [.. new[] { 16, declared }.Distinct()],
            _ => [32],
        };
    }

    private static long? Integer(PdfDocument document, PdfDictionary dictionary, string key) =>
        (document.Resolve(dictionary[key]) as PdfInteger)?.Value;

    // Some writers pad these with more zeros than there should be.
    private static ReadOnlyMemory<byte> Bytes(PdfDocument document, PdfDictionary encrypt, string key, int length) =>
        document.Resolve(encrypt[key]) is PdfString text && text.Bytes.Length >= length
            ? text.Bytes[..length]
            : throw PdfDamage.Of($"/{key} of its encryption is not a string of {length} bytes");

    private static StatementFailedException NotOurs(string how) =>
        new(FailureCode.DocumentEncrypted, $"The document is encrypted {how}: send it unencrypted");
}
