using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Objects that a document refers to and does not have. They show nothing until somebody supplies them: content that waits to appear.
/// </summary>
internal sealed class MissingObjects(PdfDocument document)
{
    private HashSet<int>? _missing;

    public bool Contains(int number) => (_missing ??= Find()).Contains(number);

    private HashSet<int> Find()
    {
        var missing = new HashSet<int>();
        var seen = new HashSet<int>();
        var waiting = new Stack<PdfReference>(PdfObjects.References(document.Trailer["Root"]));
        while (waiting.TryPop(out var reference))
        {
            if (!seen.Add(reference.Number))
                continue;

            var value = Load(reference);
            if (value is PdfNull)
                missing.Add(reference.Number);
            foreach (var next in PdfObjects.References(value))
                waiting.Push(next);
        }

        return missing;
    }

    private PdfObject Load(PdfReference reference)
    {
        try
        {
            return document.Load(reference);
        }
        catch (StatementFailedException)
        {
            // What cannot be read shows nothing either.
            return PdfNull.Value;
        }
    }
}
