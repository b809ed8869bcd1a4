using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>Finds that something is missing which no cross-reference brings back: then nothing is repaired.</summary>
internal static class Losses
{
    /// <exception cref="StatementFailedException">DocumentDamaged: what is missing.</exception>
    public static void Check(Survey survey, SortedDictionary<int, XrefEntry> entries)
    {
        foreach (var (number, damage) in survey.Lost)
        {
            if (survey.Referenced[number])
                throw damage;
        }

        var lastTrailer = survey.Trailers.Count > 0 ? survey.Trailers[^1].Offset : -1;
        if (lastTrailer > survey.LastObject)
            return;

        // The file's end is gone: what was there may be gone with it.
        if (lastTrailer >= 0 && survey.LastReplacement > lastTrailer)
            throw PdfDamage.Of($"an update after byte {lastTrailer} is cut short");
        for (var number = 1; number < survey.Referenced.Length; number++)
        {
            if (survey.Referenced[number] && !entries.ContainsKey(number))
                throw PdfDamage.Of($"it is cut short, and object {number}, which others refer to, is not there");
        }
    }

    /// <exception cref="StatementFailedException">DocumentDamaged: pages are missing.</exception>
    public static void CheckPages(PdfDocument document)
    {
        var pages = 0;
        foreach (var page in PageTree.Pages(document))
        {
            if (document.Dictionary(page) is not { } dictionary || (!dictionary.IsType("Page") && dictionary["Parent"] is null))
                throw PdfDamage.In(page, "the page tree names it as a page, and it is none");
            pages++;
        }

        var root = document.Dictionary(document.Catalog.Dictionary["Pages"]) ?? throw PdfDamage.Of("the document catalog has no /Pages");
        if (pages == 0 || (document.Resolve(root["Count"]) is PdfInteger { Value: var count } && count != pages))
            throw PdfDamage.Of($"{pages} of its pages are there, and another number is in its page tree");
    }
}
