namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Comparison of objects by what they say; references are compared as such, not followed.</summary>
internal static class PdfObjects
{
    public static bool Same(PdfDocument document, PdfObject? one, PdfDocument other, PdfObject? two) => (one ?? PdfNull.Value, two ?? PdfNull.Value) switch
    {
        (PdfArray a, PdfArray b) => a.Items.Count == b.Items.Count
            && a.Items.Zip(b.Items).All(pair => Same(document, pair.First, other, pair.Second)),
        (PdfDictionary a, PdfDictionary b) => a.Entries.Count == b.Entries.Count
            && a.Entries.All(entry => b[entry.Key] is { } value && Same(document, entry.Value, other, value)),
        (PdfStream a, PdfStream b) => a.DataOffset == b.DataOffset
            || (Same(document, a.Dictionary, other, b.Dictionary) && document.ReadRaw(a).ToArray().AsSpan().SequenceEqual(other.ReadRaw(b).Span)),
        (PdfReal or PdfInteger, PdfReal or PdfInteger) when one.ToDouble() is { } a && two.ToDouble() is { } b => a == b,
        var (a, b) => a == b,
    };

    /// <summary>What tells one entry of a list from another, across documents: a reference itself, a direct object's text.</summary>
    public static PdfObject Identity(PdfObject value)
    {
        if (value is PdfReference)
            return value;
        var writer = new PdfWriter();
        writer.Write(value);
        return new PdfString(writer.Written);
    }

    /// <summary>The keys whose values differ.</summary>
    public static IEnumerable<string> Differences(PdfDocument document, PdfDictionary one, PdfDocument other, PdfDictionary two) =>
        one.Entries.Keys.Union(two.Entries.Keys, StringComparer.Ordinal).Where(key => !Same(document, one[key], other, two[key]));

    /// <summary>Every reference inside an object, without following any.</summary>
    public static IEnumerable<PdfReference> References(PdfObject? root)
    {
        var waiting = new Stack<PdfObject?>();
        waiting.Push(root);
        while (waiting.TryPop(out var value))
        {
            switch (value)
            {
                case PdfReference reference:
                    yield return reference;
                    break;
                case PdfArray array:
                    array.Items.ForEach(waiting.Push);
                    break;
                case PdfDictionary dictionary:
                    foreach (var item in dictionary.Entries.Values)
                        waiting.Push(item);
                    break;
                case PdfStream stream:
                    waiting.Push(stream.Dictionary);
                    break;
                default:
                    break;
            }
        }
    }
}
