using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Objects that a document refers to and does not have. They show nothing until somebody supplies them: content that waits to appear.
/// </summary>
internal sealed class MissingObjects(PdfDocument document)
{
    public IReadOnlyList<PdfReference> Find()
    {
        var missing = new List<PdfReference>();
        var seen = new HashSet<PdfReference>();
        var waiting = new Stack<PdfReference>(PdfObjects.References(document.Trailer["Root"]));
        while (waiting.TryPop(out var reference))
        {
            if (!seen.Add(reference))
                continue;

            var value = Shown(document, reference);
            if (value is PdfNull)
                missing.Add(reference);
            foreach (var next in PdfObjects.References(value))
                waiting.Push(next);
        }

        return [.. missing.OrderBy(reference => reference.Number)];
    }

    /// <summary>What a reader would see; null where the document lacks the object, or cannot read it to its end.</summary>
    public static PdfObject Shown(PdfDocument document, PdfReference reference)
    {
        try
        {
            var value = document.Load(reference);
            // Data that reaches beyond the end can be read only once something has been appended.
            return value is PdfStream stream && document.Resolve(stream.Dictionary["Length"]) is PdfInteger length && length.Value > document.Length - stream.DataOffset
                ? PdfNull.Value
                : value;
        }
        catch (StatementFailedException)
        {
            return PdfNull.Value;
        }
    }
}
