using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Seals;

/// <summary>Tags a visible widget in a tagged document: a Form element (ISO 14289-1 §7.18.4, ISO 32000-2 §14.7).</summary>
internal static class StructureTree
{
    /// <summary>Enters the widget in the structure tree and the tree in the widget; does nothing in a document without tags.</summary>
    public static void Tag(PdfDocument document, IncrementalUpdate update, PdfReference widget, PdfDictionary dictionary, PdfReference page)
    {
        if (document.Catalog.Dictionary["StructTreeRoot"] is not PdfReference root || document.Resolve(root) is not PdfDictionary tree)
            return;

        var parent = Parent(document, root, tree);
        var element = update.Add(new PdfDictionary
        {
            ["Type"] = new PdfName("StructElem"),
            ["S"] = new PdfName("Form"),
            ["P"] = parent,
            ["K"] = new PdfDictionary { ["Type"] = new PdfName("OBJR"), ["Obj"] = widget, ["Pg"] = page },
        });
        Append(document, update, parent, "K", [element]);
        dictionary["StructParent"] = new PdfInteger(Register(document, update, root, element));
    }

    // Documents have one element under the root as a rule, and it is the parent of the others.
    private static PdfReference Parent(PdfDocument document, PdfReference root, PdfDictionary tree)
    {
        var only = tree["K"] is PdfReference reference && document.Resolve(reference) is PdfDictionary
            ? reference
            : document.Resolve(tree["K"]) is PdfArray { Items: [PdfReference single] } ? single : null;
        return only is not null && document.Dictionary(only)?["S"] is not null ? only : root;
    }

    private static long Register(PdfDocument document, IncrementalUpdate update, PdfReference root, PdfReference element)
    {
        var tree = update.Edit(root);
        var (place, numbers) = tree["ParentTree"] is PdfReference reference && document.Resolve(reference) is PdfDictionary
            ? (reference, update.Edit(reference))
            : (null, (tree["ParentTree"] as PdfDictionary)?.Copy() ?? new PdfDictionary());
        var key = Math.Max(NextKey(document, numbers), document.Resolve(tree["ParentTreeNextKey"]) is PdfInteger next ? next.Value : 0);
        tree["ParentTreeNextKey"] = new PdfInteger(key + 1);
        var entry = new PdfObject[] { new PdfInteger(key), element };
        if (numbers["Kids"] is null)
        {
            numbers["Nums"] = Joined(document, numbers["Nums"], entry);
        }
        else
        {
            var leaf = new PdfDictionary { ["Limits"] = PdfArray.Of(entry[0], entry[0]), ["Nums"] = PdfArray.Of(entry) };
            numbers["Kids"] = Joined(document, numbers["Kids"], [update.Add(leaf)]);
        }

        if (place is null)
            tree["ParentTree"] = numbers;
        return key;
    }

    // Keys are in order: the highest is at the end of every node.
    private static long NextKey(PdfDocument document, PdfDictionary? node)
    {
        for (var level = 0; node is not null && level < PdfLimits.Depth; level++)
        {
            if (document.Resolve(node["Nums"]) is PdfArray { Items: { Count: >= 2 } pairs })
                return document.Resolve(pairs[(pairs.Count / 2 * 2) - 2]) is PdfInteger last ? last.Value + 1 : 0;
            node = document.Resolve(node["Kids"]) is PdfArray { Items: [.., var end] } ? document.Dictionary(end) : null;
        }

        return 0;
    }

    private static void Append(PdfDocument document, IncrementalUpdate update, PdfReference holder, string key, PdfObject[] items)
    {
        var dictionary = update.Edit(holder);
        dictionary[key] = document.Resolve(dictionary[key]) is PdfArray || dictionary[key] is null
            ? Joined(document, dictionary[key], items)
            : PdfArray.Of([dictionary[key]!, .. items]);
    }

    private static PdfArray Joined(PdfDocument document, PdfObject? list, PdfObject[] items) =>
        new([.. (document.Resolve(list) as PdfArray)?.Items ?? [], .. items]);
}
