using System.IO.Compression;
using System.Security.Cryptography;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf.LongTerm;

/// <summary>The document security store (ETSI EN 319 142-1 §5.4.2, ISO 32000-2 §12.8.4.3): what a reader needs to judge signatures later.</summary>
internal static class SecurityStore
{
    private static readonly string[] Lists = ["Certs", "OCSPs", "CRLs"];

    // What one document's store may make a reader take in.
    private const int MaxStreams = 500;
    private const long MaxBytes = 64 << 20;

    /// <summary>What the document's store holds; empty where it has none.</summary>
    public static ValidationMaterial Read(PdfDocument document)
    {
        var store = document.Dictionary(document.Catalog.Dictionary["DSS"]);
        var budget = MaxBytes;
        return new(
            [.. Values(document, store, "Certs", ref budget).Select(item => item.Bytes)],
            [.. Values(document, store, "OCSPs", ref budget).Select(item => item.Bytes)],
            [.. Values(document, store, "CRLs", ref budget).Select(item => item.Bytes)]);
    }

    /// <summary>Whether a value has the form of a store.</summary>
    public static bool Is(PdfDocument document, PdfObject? value) => document.Resolve(value) is PdfDictionary store
        && (store["VRI"] is null || document.Resolve(store["VRI"]) is PdfDictionary)
        && Array.TrueForAll(Lists, key => store[key] is null
            || (document.Resolve(store[key]) is PdfArray array && array.Items.TrueForAll(item => document.Resolve(item) is PdfStream)));

    /// <summary>Adds material to the document's store, leaving what is there and repeating nothing.</summary>
    public static void Add(PdfDocument document, IncrementalUpdate update, ValidationMaterial material)
    {
        var place = document.Catalog.Dictionary["DSS"];
        // An object of another type is used as that too: replacing it would change what was signed.
        if (document.Name(document.Dictionary(place)?["Type"]) is not (null or "DSS"))
            place = null;
        var now = (document.Dictionary(place) ?? new PdfDictionary()).Copy();
        now["Type"] = new PdfName("DSS");
        var budget = MaxBytes;
        foreach (var (key, values) in new[] { ("Certs", material.Certificates), ("OCSPs", material.Ocsps), ("CRLs", material.Crls) })
        {
            var known = Values(document, now, key, ref budget).Select(item => Identity(item.Bytes)).ToHashSet(StringComparer.Ordinal);
            var items = (document.Resolve(now[key]) as PdfArray)?.Items ?? [];
            var added = values.Where(value => known.Add(Identity(value))).Select(value => (PdfObject)update.Add(Pack(value))).ToList();
            if (added.Count > 0)
                now[key] = new PdfArray([.. items, .. added]);
        }

        if (place is PdfReference reference)
            update.Replace(reference, now);
        else
            update.Edit(document.Catalog.Reference)["DSS"] = update.Add(now);
    }

    /// <summary>Says in the catalog that a document of PDF 1.7 goes beyond it (ISO 32000-2 §7.12; the prefix is ETSI's).</summary>
    public static void Declare(PdfDocument document, IncrementalUpdate update)
    {
        var extensions = document.Dictionary(document.Catalog.Dictionary["Extensions"]);
        if (extensions?["ESIC"] is not null)
            return;

        var now = extensions?.Copy() ?? new PdfDictionary();
        now["ESIC"] = new PdfDictionary { ["BaseVersion"] = new PdfName("1.7"), ["ExtensionLevel"] = new PdfInteger(5) };
        update.Edit(document.Catalog.Reference)["Extensions"] = now;
    }

    private static List<(PdfObject Item, ReadOnlyMemory<byte> Bytes)> Values(PdfDocument document, PdfDictionary? store, string key, ref long budget)
    {
        var values = new List<(PdfObject, ReadOnlyMemory<byte>)>();
        if (store is null || document.Resolve(store[key]) is not PdfArray array)
            return values;

        foreach (var item in array.Items.Take(MaxStreams))
        {
            if (document.Resolve(item) is not PdfStream stream || budget <= 0)
                continue;
            if (Decode(document, stream) is not { } bytes)
                continue;
            budget -= bytes.Length;
            values.Add((item, bytes));
        }

        return values;
    }

    // A store that is broken in part proves nothing with that part; the signatures stand for themselves.
    private static ReadOnlyMemory<byte>? Decode(PdfDocument document, PdfStream stream)
    {
        try
        {
            return document.Decode(stream);
        }
        catch (StatementFailedException)
        {
            return null;
        }
    }

    private static string Identity(ReadOnlyMemory<byte> value) => Convert.ToHexString(SHA256.HashData(value.Span));

    private static PdfData Pack(ReadOnlyMemory<byte> value)
    {
        using var packed = new MemoryStream();
        using (var packer = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(value.Span);
        return PdfData.Of(new PdfDictionary { ["Filter"] = new PdfName("FlateDecode") }, packed.ToArray());
    }
}
