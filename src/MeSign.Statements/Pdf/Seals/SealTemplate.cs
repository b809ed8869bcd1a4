using System.IO.Compression;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Seals;

/// <summary>
/// The page of a seal as a form XObject (ISO 32000-2 §8.10) with everything that it uses, cut loose from its file: parsed once, put
/// into any number of documents. Safe for many documents at once.
/// </summary>
internal sealed class SealTemplate
{
    // What ties an object to the document that it was in.
    private static readonly HashSet<string> Ties = new(
        ["StructParent", "StructParents", "Metadata", "PieceInfo", "OC", "Parent", "LastModified"], StringComparer.Ordinal);

    private const int MaxObjects = 10_000;
    private const long MaxBytes = 16 << 20;

    private readonly string _path;
    private readonly PdfDocument _source;
    private readonly Dictionary<int, int> _numbers = [];
    private readonly List<PdfObject> _objects = [];
    private readonly Queue<PdfReference> _waiting = new();
    private readonly PdfData _form;
    private long _bytes;

    private SealTemplate(string path, PdfDocument source)
    {
        _path = path;
        _source = source;
        // Its streams are taken as they are: in another document nobody could decrypt them.
        if (source.Cipher is not null)
            throw Unusable("is encrypted: save it without a password and without restrictions, as qpdf --decrypt does");
        var pages = PageTree.Pages(source).Take(2).ToList();
        if (pages.Count != 1)
            throw Unusable($"has {(pages.Count == 0 ? "no page" : "more than one page")}: give a PDF of the one page that is to be shown, as qpdf --pages makes it");

        var page = source.Dictionary(pages[0])!;
        Box = PageBox.Read(source, page);
        _form = ReadForm(page);
        while (_waiting.TryDequeue(out var reference))
            _objects.Add(CopyObject(source.Resolve(reference) ?? PdfNull.Value));
        if (!_objects.Prepend(_form).Any(Transparency.IsUsedBy))
            _objects.Prepend(_form).OfType<PdfData>().ToList().ForEach(form => form.Dictionary["Group"] = null);
    }

    public PageBox Box { get; }

    /// <exception cref="InvalidDataException">The file is no one-page PDF that can be read; the message says how to mend it.</exception>
    public static SealTemplate Load(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            using var stream = new MemoryStream(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
            return new SealTemplate(path, PdfDocument.Open(stream));
        }
        catch (StatementFailedException problem)
        {
            throw new InvalidDataException(
                problem.Code == FailureCode.DocumentEncrypted
                    ? $"The seal {path} needs a password: save it without one, as qpdf --decrypt does"
                    : $"The seal {path} cannot be read, it must be a PDF of one page: {problem.Detail}",
                problem);
        }
    }

    /// <summary>Adds the seal to a document.</summary>
    /// <param name="rotation">How far the seal is turned clockwise, in steps of 90.</param>
    public PdfReference Import(IncrementalUpdate update, int rotation)
    {
        var first = update.Next;
        foreach (var value in _objects)
            update.Add(Renumber(value, first));

        var form = (PdfData)Renumber(_form, first);
        var (cos, sin) = rotation switch { 90 => (0, 1), 180 => (-1, 0), 270 => (0, -1), _ => (1, 0) };
        form.Dictionary["Matrix"] = PdfArray.Of(new[] { cos, -sin, sin, cos, 0, 0 }.Select(value => new PdfInteger(value)));
        return update.Add(form);
    }

    private InvalidDataException Unusable(string why) => new($"The seal {_path} {why}");

    private PdfData ReadForm(PdfDictionary page)
    {
        var form = new PdfDictionary
        {
            ["Type"] = new PdfName("XObject"),
            ["Subtype"] = new PdfName("Form"),
            ["BBox"] = PdfArray.Of(new[] { Box.Left, Box.Bottom, Box.Right, Box.Top }.Select(PdfNumbers.Of)),
            ["Resources"] = Copy(_source.Resolve(PageBox.Inherited(_source, page, "Resources")) ?? new PdfDictionary()),
            ["Group"] = page["Group"] is { } group ? Copy(group) : null,
        };
        return ReadContent(page, form);
    }

    private PdfData ReadContent(PdfDictionary page, PdfDictionary form)
    {
        // One stream stays as it is compressed; several are one after the other with a space between (ISO 32000-2 §7.8.2).
        var parts = _source.Resolve(page["Contents"]) switch
        {
            PdfStream stream => [stream],
            PdfArray array => array.Items.Select(_source.Resolve).OfType<PdfStream>().ToList(),
            _ => [],
        };
        if (parts is [var only])
        {
            form["Filter"] = only.Dictionary["Filter"] is { } filter ? Copy(filter) : null;
            form["DecodeParms"] = only.Dictionary["DecodeParms"] is { } parameters ? Copy(parameters) : null;
            return PdfData.Of(form, Take(only));
        }

        using var packed = new MemoryStream();
        using (var packer = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var part in parts)
            {
                packer.Write(_source.Decode(part).Span);
                packer.WriteByte((byte)'\n');
            }
        }

        form["Filter"] = new PdfName("FlateDecode");
        return PdfData.Of(form, packed.ToArray());
    }

    private PdfObject CopyObject(PdfObject value) => value is PdfStream stream
        ? PdfData.Of((PdfDictionary)Copy(stream.Dictionary), Take(stream))
        : Copy(value);

    private ReadOnlyMemory<byte> Take(PdfStream stream)
    {
        var bytes = _source.ReadRaw(stream).ToArray();
        _bytes += bytes.Length;
        return _bytes <= MaxBytes ? bytes : throw Unusable($"has more than {MaxBytes >> 20} MB: make it simpler");
    }

    // References count from 1 in the template.
    private PdfObject Copy(PdfObject value)
    {
        switch (value)
        {
            case PdfReference reference:
                if (!_numbers.TryGetValue(reference.Number, out var number))
                {
                    number = _numbers.Count + 1;
                    if (number > MaxObjects)
                        throw Unusable($"has more than {MaxObjects} objects: make it simpler");
                    _numbers.Add(reference.Number, number);
                    _waiting.Enqueue(reference);
                }

                return new PdfReference(number, 0);
            case PdfArray array:
                return new PdfArray([.. array.Items.Select(Copy)]);
            case PdfDictionary dictionary:
                var copy = new PdfDictionary();
                foreach (var (key, item) in dictionary.Entries.Where(entry => !Ties.Contains(entry.Key)))
                    copy[key] = Copy(item);
                return copy;
            default:
                return value;
        }
    }

    private static PdfObject Renumber(PdfObject value, int first)
    {
        switch (value)
        {
            case PdfReference reference:
                return new PdfReference(reference.Number + first - 1, 0);
            case PdfArray array:
                return new PdfArray([.. array.Items.Select(item => Renumber(item, first))]);
            case PdfData data:
                return data with { Dictionary = (PdfDictionary)Renumber(data.Dictionary, first) };
            case PdfDictionary dictionary:
                var copy = new PdfDictionary();
                foreach (var (key, item) in dictionary.Entries)
                    copy[key] = Renumber(item, first);
                return copy;
            default:
                return value;
        }
    }
}
