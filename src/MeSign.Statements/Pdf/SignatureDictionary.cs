using System.Globalization;
using System.Text;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>The signature dictionary (ISO 32000-2 table 255, ETSI EN 319 142-1 §6.3) with room for what is only known later.</summary>
internal sealed class SignatureDictionary
{
    public const string Handler = "Adobe.PPKLite";
    public const string Form = "ETSI.CAdES.detached";

    // [0 n n n] with numbers of ten digits.
    private readonly PdfRoom _byteRange = new("[0 9999999999 9999999999 9999999999]".Length, (byte)' ');
    private readonly PdfDictionary _dictionary = new();
    private PdfRoom _contents = new(0, (byte)'0');

    public SignatureDictionary(PdfSignatureRequest request, DateTimeOffset now, bool certifies)
        : this("Sig", Form)
    {
        _dictionary["M"] = PdfText.Date(now);
        Text("Name", request.Name);
        Text("Reason", request.Reason);
        Text("Location", request.Location);
        Text("ContactInfo", request.ContactInfo);
        if (certifies)
            _dictionary["Reference"] = PdfArray.Of(DocMdp(request.Certify!.Value));
    }

    private SignatureDictionary(string type, string subFilter)
    {
        _dictionary["Type"] = new PdfName(type);
        _dictionary["Filter"] = new PdfName(Handler);
        _dictionary["SubFilter"] = new PdfName(subFilter);
        _dictionary["ByteRange"] = _byteRange;
        _dictionary["Contents"] = _contents;
    }

    public PdfDictionary Dictionary => _dictionary;

    /// <summary>How many bytes of CMS fit.</summary>
    public int Room { get; private set; }

    /// <summary>A document timestamp's (ISO 32000-2 §12.8.5).</summary>
    public static SignatureDictionary Timestamp() => new("DocTimeStamp", "ETSI.RFC3161");

    public void Reserve(int bytes)
    {
        Room = bytes;
        _contents = new PdfRoom((2 * bytes) + 2, (byte)'0');
        _dictionary["Contents"] = _contents;
    }

    /// <summary>Locks the fields that the field's own lock names once it is signed (ISO 32000-2 table 236).</summary>
    public void Lock(PdfDictionary fieldLock)
    {
        var parameters = new PdfDictionary { ["Type"] = new PdfName("TransformParams"), ["V"] = new PdfName("1.2") };
        parameters["Action"] = fieldLock["Action"];
        parameters["Fields"] = fieldLock["Fields"];
        var references = _dictionary["Reference"] as PdfArray ?? PdfArray.Of();
        _dictionary["Reference"] = references.With(Reference("FieldMDP", parameters));
    }

    /// <summary>Writes the byte range into an update that begins at <paramref name="start"/> of the file.</summary>
    /// <returns>Where in the update the gap begins and ends: the hexadecimal string with its brackets.</returns>
    public (int Begin, int End) Close(PdfWriter update, long start)
    {
        var begin = update.Rooms[_contents];
        var end = begin + _contents.Bytes;
        update.Written.Span[begin] = (byte)'<';
        update.Written.Span[end - 1] = (byte)'>';
        // Padded inside the bracket, so that the array ends where its room does.
        var range = string.Create(CultureInfo.InvariantCulture, $"[0 {start + begin} {start + end} {update.Length - end}");
        Encoding.ASCII.GetBytes(range.PadRight(_byteRange.Bytes - 1) + "]", update.Written.Span[update.Rooms[_byteRange]..]);
        return (begin, end);
    }

    public void Insert(PdfWriter update, ReadOnlySpan<byte> cms)
    {
        var digits = update.Written.Span.Slice(update.Rooms[_contents] + 1, cms.Length * 2);
        Convert.TryToHexStringLower(cms, digits, out _);
    }

    private void Text(string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _dictionary[key] = PdfText.TextString(value);
    }

    private static PdfDictionary DocMdp(int permission) => Reference("DocMDP", new PdfDictionary
    {
        ["Type"] = new PdfName("TransformParams"),
        ["V"] = new PdfName("1.2"),
        ["P"] = new PdfInteger(permission),
    });

    private static PdfDictionary Reference(string method, PdfDictionary parameters) => new()
    {
        ["Type"] = new PdfName("SigRef"),
        ["TransformMethod"] = new PdfName(method),
        ["TransformParams"] = parameters,
    };
}
