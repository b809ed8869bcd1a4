using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Whether an annotation is a comment as DocMDP P 3 means it, or shows something of its own where a reader looks for the page:
/// text, pictures and filled areas can hide and replace what was certified ("evil annotation attack", Mainka, Mladenov, Rohlmann,
/// "Breaking the Specification: PDF Certification", IEEE S&amp;P 2021).
/// </summary>
internal static class Comment
{
    private const int MaxAppearanceObjects = 200;

    /// <summary>What speaks against it, in words that follow its name; null for a mere comment.</summary>
    public static string? Problem(PdfDocument document, PdfDictionary annotation)
    {
        if (document.Name(annotation["Subtype"]) is not ("Text" or "Popup" or "Highlight" or "Underline" or "Squiggly" or "StrikeOut" or "Caret" or "Ink"
            or "Line" or "Square" or "Circle" or "Polygon" or "PolyLine" or "Link"))
            return "which may show anything over the page";
        if (document.Resolve(annotation["IC"]) is PdfArray { Items.Count: > 0 })
            return "which covers what is under it";
        var action = document.Dictionary(annotation["A"]);
        if (annotation["AA"] is not null || action?["Next"] is not null || document.Name(action?["S"]) is not (null or "URI" or "GoTo"))
            return "which does something when it is used";
        return document.Resolve(annotation["AP"]) is PdfDictionary appearance && ShowsTextOrPictures(document, appearance)
            ? "which shows text or pictures of its own"
            : null;
    }

    // What an appearance draws with, by its resources: lines need none.
    private static bool ShowsTextOrPictures(PdfDocument document, PdfDictionary appearance)
    {
        var seen = new HashSet<PdfReference>();
        var waiting = new Stack<PdfObject>(appearance.Entries.Values);
        while (waiting.TryPop(out var value))
        {
            if (value is PdfReference reference && !seen.Add(reference))
                continue;
            if (seen.Count > MaxAppearanceObjects)
                return true;
            if (document.Dictionary(value) is not { } dictionary)
                continue;
            if (document.Name(dictionary["Subtype"]) == "Image" || HasEntries(document, dictionary["Font"]) || HasEntries(document, dictionary["Pattern"])
                || HasEntries(document, dictionary["Shading"]))
                return true;
            foreach (var next in dictionary.Entries.Where(entry => entry.Key is not ("Parent" or "P")))
                waiting.Push(next.Value);
        }

        return false;
    }

    private static bool HasEntries(PdfDocument document, PdfObject? resources) => document.Resolve(resources) is PdfDictionary { Entries.Count: > 0 };
}
