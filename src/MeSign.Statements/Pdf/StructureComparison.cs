using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Explains what happened to the structure tree of a tagged document (ISO 32000-2 §14.7): a new field or comment gets an element of its
/// own. What was tagged before must stay where it was, and nothing new may speak for content that was there.
/// </summary>
internal sealed class StructureComparison(PdfDocument before, PdfDocument after, RevisionComparison comparison)
{
    public void Compare()
    {
        var (oldPlace, place) = (before.Catalog.Dictionary["StructTreeRoot"], after.Catalog.Dictionary["StructTreeRoot"]);
        if (PdfObjects.Same(before, oldPlace, after, place) && comparison.IsExplained)
            return;

        var was = before.Dictionary(oldPlace) ?? new PdfDictionary();
        if (after.Dictionary(place) is not { } now || !Compare(was, now))
        {
            if (oldPlace is not null || place is not null)
                comparison.Report(PdfChangeKind.Content, "the structure tree was changed");
            return;
        }

        comparison.ExplainList(oldPlace);
        if (oldPlace is null)
            comparison.Report(PdfChangeKind.Metadata, "a structure tree was added");
        foreach (var number in comparison.Unexplained.ToList())
        {
            var self = new PdfReference(number, 0);
            if (Element(before, self) is { } old && Element(after, self) is { } current && OnlyGrew(old, current))
                comparison.ExplainElement(self);
        }
    }

    /// <summary>A page without tags may get the number under which its tags would be found.</summary>
    public bool IsNewPageKey(PdfDictionary was, PdfDictionary now) => was["StructParents"] is null
        && after.Resolve(now["StructParents"]) is PdfInteger key
        && after.Dictionary(after.Catalog.Dictionary["StructTreeRoot"]) is { } root
        && (!Numbers(after, root["ParentTree"]).TryGetValue(key.Value, out var tags) || after.Resolve(tags) is PdfArray { Items.Count: 0 });

    private bool Compare(PdfDictionary was, PdfDictionary now)
    {
        var wasEmpty = was["K"] is null && was["ParentTree"] is null;
        return PdfObjects.Differences(before, was, after, now)
            .All(key => key is "K" or "ParentTree" or "ParentTreeNextKey" || (wasEmpty && key is "Type" or "RoleMap" or "ClassMap"))
            && Grew(was["K"], now["K"]) && ParentsStay(was["ParentTree"], now["ParentTree"]);
    }

    private bool OnlyGrew(PdfDictionary was, PdfDictionary now) =>
        PdfObjects.Differences(before, was, after, now).All(key => key == "K") && Grew(was["K"], now["K"]);

    // Kids keep their order; what came between them stands for something new.
    private bool Grew(PdfObject? was, PdfObject? now)
    {
        // A list that is an object of its own may be written again.
        if (before.Resolve(was) is PdfArray)
            comparison.ExplainList(was);
        var old = new Queue<PdfObject>(Kids(before, was));
        foreach (var kid in Kids(after, now))
        {
            if (old.TryPeek(out var next) && PdfObjects.Same(before, next, after, kid))
                old.Dequeue();
            else if (!SpeaksForObjects(kid, []))
                return false;
        }

        return old.Count == 0;
    }

    // Marked content belongs to elements that were there; a new one holds annotations, or elements that do.
    private bool SpeaksForObjects(PdfObject kid, HashSet<int> seen) => kid switch
    {
        PdfReference reference when before.Resolve(reference) is not null => false,
        PdfReference reference => seen.Add(reference.Number) && seen.Count <= PdfLimits.Depth && after.Resolve(reference) is { } value && SpeaksForObjects(value, seen),
        PdfDictionary dictionary when dictionary.IsType("OBJR") => true,
        PdfDictionary dictionary => dictionary["S"] is PdfName && Kids(after, dictionary["K"]).TrueForAll(one => SpeaksForObjects(one, seen)),
        _ => false,
    };

    private bool ParentsStay(PdfObject? was, PdfObject? now)
    {
        var (old, current) = (Numbers(before, was, comparison.ExplainList), Numbers(after, now));
        foreach (var (key, value) in old)
        {
            if (!current.TryGetValue(key, out var parent))
                return false;
            // A page's tags are a list of elements; an annotation's is the element itself.
            var same = before.Resolve(value) is PdfArray list ? PdfObjects.Same(before, list, after, after.Resolve(parent)) : PdfObjects.Same(before, value, after, parent);
            if (!same)
                return false;
        }

        return true;
    }

    private static Dictionary<long, PdfObject> Numbers(PdfDocument document, PdfObject? tree, Action<PdfObject?>? visited = null)
    {
        var found = new Dictionary<long, PdfObject>();
        var seen = new HashSet<PdfReference>();
        var waiting = new Stack<PdfObject?>();
        waiting.Push(tree);
        while (waiting.TryPop(out var node))
        {
            if ((node is PdfReference reference && !seen.Add(reference)) || document.Dictionary(node) is not { } dictionary)
                continue;
            if (found.Count + seen.Count > PdfLimits.Nodes)
                throw PdfDamage.Of($"its structure tree has more than {PdfLimits.Nodes} parents");

            foreach (var place in (PdfObject?[])[node, dictionary["Nums"], dictionary["Kids"]])
                visited?.Invoke(place);
            var numbers = (document.Resolve(dictionary["Nums"]) as PdfArray)?.Items ?? [];
            for (var i = 0; i + 1 < numbers.Count; i += 2)
            {
                if (document.Resolve(numbers[i]) is PdfInteger key)
                    found.TryAdd(key.Value, numbers[i + 1]);
            }

            foreach (var kid in (document.Resolve(dictionary["Kids"]) as PdfArray)?.Items ?? [])
                waiting.Push(kid);
        }

        return found;
    }

    private static PdfDictionary? Element(PdfDocument document, PdfReference reference) =>
        document.Resolve(reference) is PdfDictionary dictionary && dictionary["S"] is PdfName && dictionary["P"] is PdfReference
        && dictionary["Type"] is null or PdfName { Value: "StructElem" } ? dictionary : null;

    private static List<PdfObject> Kids(PdfDocument document, PdfObject? value) => document.Resolve(value) switch
    {
        null => [],
        PdfArray array => array.Items,
        _ => [value!],
    };
}
