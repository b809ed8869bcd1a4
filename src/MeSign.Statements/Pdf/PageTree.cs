using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>The page tree (ISO 32000-2 §7.7.3).</summary>
internal static class PageTree
{
    /// <summary>The first page's object; null where the document has no page.</summary>
    public static PdfReference? FirstPage(PdfDocument document) => Pages(document).FirstOrDefault();

    /// <summary>Every page's object, in order; one that is in the tree twice is two pages.</summary>
    public static IEnumerable<PdfReference> Pages(PdfDocument document)
    {
        var nodes = 0;
        var seen = new HashSet<int>();
        var waiting = new Stack<PdfObject>();
        if (document.Catalog.Dictionary["Pages"] is { } root)
            waiting.Push(root);

        while (waiting.TryPop(out var node))
        {
            if (++nodes > PdfLimits.Nodes)
                throw PdfDamage.Of($"its page tree has more than {PdfLimits.Nodes} nodes");
            if (document.Resolve(node) is not PdfDictionary dictionary)
                continue;
            if (document.Resolve(dictionary["Kids"]) is not PdfArray kids)
            {
                yield return node as PdfReference ?? throw PdfDamage.Of("a page is no object of its own");
                continue;
            }

            if (node is PdfReference inner && !seen.Add(inner.Number))
                throw PdfDamage.In(inner, "the page tree leads round in a circle");
            for (var i = kids.Items.Count - 1; i >= 0; i--)
                waiting.Push(kids.Items[i]);
        }
    }
}
