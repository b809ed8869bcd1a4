using MeSign.Statements.Pdf.Encryption;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>A PDF of any structure, read object by object on demand. Nothing is repaired: what cannot be read as written is refused.</summary>
internal sealed class PdfDocument
{
    // Where a header may begin: what readers have accepted since Acrobat did.
    private const int HeaderWindow = 1024;
    private const int CachedObjectStreams = 8;
    private const int SearchedSections = 8;

    private readonly PdfSource _source;
    private readonly PdfFile _file;
    private readonly Dictionary<PdfReference, PdfObject> _objects = [];
    private readonly List<ObjectStream> _objectStreams = [];
    private readonly HashSet<int> _loading = [];
    private readonly Dictionary<int, XrefEntry>? _merged;

    private PdfDocument(PdfSource source, PdfFile file, List<XrefSection> sections)
    {
        _source = source;
        _file = file;
        Sections = sections;
        file.Resolve = Resolve;
        if (sections.Count > SearchedSections)
            _merged = Merge(sections);
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<XrefSection> Sections { get; }

    public PdfDictionary Trailer => Sections[0].Trailer;

    /// <summary>Position of the header in the file: offsets inside the file count from there.</summary>
    public long Origin => _file.Origin;

    public long Length => _file.Length;

    /// <summary>The objects that cross-references say are in an object stream, by its number.</summary>
    public ILookup<long, int> Compressed => field ??= Sections
        .SelectMany(section => section.Entries.Concat(section.Hidden?.Entries ?? []))
        .Where(entry => entry.Kind == XrefKind.Compressed)
        .ToLookup(entry => entry.Offset, entry => entry.Number);

    /// <summary>Null where the document is not encrypted.</summary>
    public DocumentCipher? Cipher { get; private set; }

    /// <summary>The document catalog and its object.</summary>
    public (PdfReference Reference, PdfDictionary Dictionary) Catalog => Trailer["Root"] is PdfReference reference
        && Load(reference) is PdfDictionary dictionary
            ? (reference, dictionary)
            : throw PdfDamage.At(Origin + Sections[0].Offset, "the /Root of the cross-reference section here is not the document catalog");

    /// <summary>One more than the highest object number in use or promised by <c>/Size</c>.</summary>
    public int NextObjectNumber
    {
        get
        {
            var highest = Sections.Max(section => Math.Max(Highest(section), section.Hidden is { } hidden ? Highest(hidden) : 0));
            var size = Trailer["Size"] is PdfInteger { Value: > 0 and <= PdfLimits.ObjectNumber } declared ? (int)declared.Value : 0;
            return Math.Max(highest + 1, size);
        }
    }

    /// <param name="password">Opens an encrypted document that the empty password does not open.</param>
    /// <exception cref="StatementFailedException">DocumentNotPdf, DocumentDamaged, DocumentEncrypted.</exception>
    public static PdfDocument Open(Stream stream, string? password = null)
    {
        var source = new PdfSource(stream);
        var header = Header(source);
        var start = FileEnd.StartXref(source)
            ?? throw PdfDamage.At(source.Length, "no startxref before the end of the file: it is cut short, or something long follows its end");
        var file = new PdfFile(source, header);
        // Before a header that is not at byte 0, positions count from the header; some writers count from the file's beginning.
        if (header > 0 && !FileEnd.IsSection(file, start) && FileEnd.IsSection(new PdfFile(source, 0), start))
            file = new PdfFile(source, 0);
        var document = new PdfDocument(source, file, new XrefReader(file).ReadChain(start));
        if (document.Trailer["Encrypt"] is not null)
            document.Unlock(DocumentCipher.Open(document, password));
        return document;
    }

    /// <summary>Where the header begins.</summary>
    /// <exception cref="StatementFailedException">DocumentNotPdf.</exception>
    public static long Header(PdfSource source)
    {
        var header = source.Read(0, HeaderWindow + "%PDF-"u8.Length - 1).Span.IndexOf("%PDF-"u8);
        return header >= 0
            ? header
            : throw new StatementFailedException(FailureCode.DocumentNotPdf, "The document is not a PDF: no %PDF- in its first 1024 bytes");
    }

    /// <summary>The document as it was when its file ended at a byte; null where no revision of this document ends there.</summary>
    public PdfDocument? Revision(long length)
    {
        var source = _source.Until(length);
        var tail = source.Read(Math.Max(0, length - 32), 32).Span.TrimEnd("\r\n \0"u8);
        if (!tail.EndsWith("%%EOF"u8) || FileEnd.StartXref(source) is not { } start)
            return null;

        var newest = Sections.TakeWhile(section => section.Offset != start).Count();
        // A section that reaches into what was added later is not the one that was signed.
        if (newest == Sections.Count || Sections.Skip(newest).Any(section => Origin + section.End > length))
            return null;
        var revision = new PdfDocument(source, new PdfFile(source, Origin), [.. Sections.Skip(newest)]);
        if (Cipher is { } cipher)
            revision.Unlock(cipher);
        return revision;
    }

    /// <summary>The document as it was before its newest cross-reference sections.</summary>
    public PdfDocument Without(int sections)
    {
        var earlier = new PdfDocument(_source, new PdfFile(_source, Origin), [.. Sections.Skip(sections)]);
        if (Cipher is { } cipher)
            earlier.Unlock(cipher);
        return earlier;
    }

    /// <summary>Bytes of the file as they are, fewer at its end. Good until the next read.</summary>
    public ReadOnlyMemory<byte> Bytes(long position, int count) => _source.Read(position, count);

    public PdfObject? Resolve(PdfObject? value)
    {
        for (var hops = 0; value is PdfReference reference; hops++)
        {
            if (hops == 32)
                throw PdfDamage.In(reference, "references lead round in a circle");
            value = Load(reference);
        }

        return value is PdfNull ? null : value;
    }

    public PdfDictionary? Dictionary(PdfObject? value) => Resolve(value) switch
    {
        PdfDictionary dictionary => dictionary,
        PdfStream stream => stream.Dictionary,
        _ => null,
    };

    public string? Name(PdfObject? value) => (Resolve(value) as PdfName)?.Value;

    /// <summary>An object; the null object where the document has none of that number and generation.</summary>
    public PdfObject Load(PdfReference reference)
    {
        if (_objects.TryGetValue(reference, out var known))
            return known;
        if (!TryFind(reference.Number, out var entry) || entry.Kind == XrefKind.Free)
            return PdfNull.Value;
        if (!_loading.Add(reference.Number))
            throw PdfDamage.In(reference, "reading it needs the object itself");

        try
        {
            var value = entry.Kind == XrefKind.Compressed
                ? InObjectStream(reference, entry)
                : InUse(reference, entry);
            return _objects[reference] = value;
        }
        finally
        {
            _loading.Remove(reference.Number);
        }
    }

    public bool TryFind(int number, out XrefEntry entry)
    {
        if (_merged is not null)
            return _merged.TryGetValue(number, out entry);

        foreach (var section in Sections)
        {
            if (section.TryFind(number, out entry))
                return true;
        }

        entry = default;
        return false;
    }

    /// <summary>Decoded data of a stream of this document, in the clear.</summary>
    public ReadOnlyMemory<byte> Decode(PdfStream stream) => _file.Decode(stream);

    /// <summary>A stream's data as its filters made it, in the clear.</summary>
    public ReadOnlyMemory<byte> ReadRaw(PdfStream stream) => _file.ReadClear(stream);

    private void Unlock(DocumentCipher cipher)
    {
        Cipher = cipher;
        _file.Decrypt = cipher.Decrypt;
        // What was read to open it may hold strings of the document; its own dictionary has none that are encrypted.
        _objects.Clear();
        _objectStreams.Clear();
    }

    private PdfObject InUse(PdfReference reference, XrefEntry entry)
    {
        if (entry.Generation != reference.Generation)
            return PdfNull.Value;
        var value = _file.ReadIndirect(entry.Offset, reference);
        return Cipher?.Decrypt(value, reference) ?? value;
    }

    private PdfObject InObjectStream(PdfReference reference, XrefEntry entry)
    {
        if (reference.Generation != 0)
            return PdfNull.Value;
        if (entry.Offset is < 1 or > PdfLimits.ObjectNumber)
            throw PdfDamage.In(reference, "its object stream's number is out of range");

        var container = new PdfReference((int)entry.Offset, 0);
        var stream = _objectStreams.Find(candidate => candidate.Self == container) ?? Open(container);
        return stream.Read(reference, entry.Generation);
    }

    private ObjectStream Open(PdfReference container)
    {
        // ISO 32000-2 §7.5.7: an object stream is never itself in an object stream.
        if (!TryFind(container.Number, out var entry) || entry.Kind != XrefKind.InUse || Load(container) is not PdfStream stream)
            throw PdfDamage.At(Origin + Sections[0].Offset, $"object {container.Number} is no object stream, though the cross-reference section here says so");

        var opened = ObjectStream.Open(stream, this);
        if (_objectStreams.Count == CachedObjectStreams)
            _objectStreams.RemoveAt(0);
        _objectStreams.Add(opened);
        return opened;
    }

    private static Dictionary<int, XrefEntry> Merge(List<XrefSection> sections)
    {
        var merged = new Dictionary<int, XrefEntry>();
        foreach (var section in sections)
        {
            foreach (var number in section.Entries.Concat(section.Hidden?.Entries ?? []).Select(entry => entry.Number))
            {
                if (!merged.ContainsKey(number) && section.TryFind(number, out var entry))
                    merged.Add(number, entry);
            }
        }

        return merged;
    }

    private static int Highest(XrefSection section) => section.Entries is [.., var last] ? last.Number : 0;
}
