using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>Explains what happened to the pages: annotations come and go; everything else is content.</summary>
internal sealed class PageComparison(
    PdfDocument before, PdfDocument after, RevisionComparison comparison, FormComparison form, StructureComparison structure)
{
    public void Compare()
    {
        var pages = 0;
        foreach (var reference in PageTree.Pages(before))
        {
            pages++;
            if (before.Dictionary(reference) is { } was && after.Dictionary(reference) is { } now)
                ComparePage(pages, reference, was, now);
        }
    }

    private void ComparePage(int number, PdfReference reference, PdfDictionary was, PdfDictionary now)
    {
        if (comparison.IsChanged(reference))
        {
            comparison.Explain(reference);
            foreach (var key in PdfObjects.Differences(before, was, after, now))
            {
                if (key is not ("Annots" or "Tabs") && !comparison.IsCopy(was[key], now[key]) && !(key == "StructParents" && structure.IsNewPageKey(was, now)))
                    comparison.Report(PdfChangeKind.Content, RevisionComparison.Text($"/{key} of page {number} was changed"));
            }
        }

        comparison.ExplainList(was["Annots"]);
        comparison.ExplainList(now["Annots"]);
        var old = Annotations(before, was);
        var current = Annotations(after, now);
        foreach (var (_, annotation) in current.Where(one => !old.ContainsKey(one.Key) && !form.Owns(one.Value)))
        {
            ReportAnnotation(RevisionComparison.Text($"page {number} got"), annotation);
            comparison.Claim(annotation);
        }

        foreach (var _ in old.Keys.Where(identity => !current.ContainsKey(identity)))
            comparison.Report(PdfChangeKind.Annotation, RevisionComparison.Text($"page {number} lost an annotation"));
        foreach (var annotation in old.Keys.Where(annotation => comparison.IsChanged(annotation) && current.ContainsKey(annotation) && !form.Owns(annotation)))
        {
            ReportAnnotation(RevisionComparison.Text($"page {number} has"), annotation, " that was changed");
            comparison.Explain(annotation);
            comparison.Claim(after.Resolve(annotation));
        }
    }

    private void ReportAnnotation(string page, PdfObject annotation, string how = "")
    {
        var dictionary = after.Dictionary(annotation) ?? new PdfDictionary();
        var problem = Comment.Problem(after, dictionary);
        comparison.Report(
            problem is null ? PdfChangeKind.Annotation : PdfChangeKind.Content,
            $"{page} an annotation ({after.Name(dictionary["Subtype"]) ?? "of no kind"}){how}{(problem is null ? "" : $", {problem}")}");
    }

    private static Dictionary<PdfObject, PdfObject> Annotations(PdfDocument document, PdfDictionary page)
    {
        var annotations = new Dictionary<PdfObject, PdfObject>();
        foreach (var item in (document.Resolve(page["Annots"]) as PdfArray)?.Items ?? [])
            annotations[PdfObjects.Identity(item)] = item;
        return annotations;
    }
}
