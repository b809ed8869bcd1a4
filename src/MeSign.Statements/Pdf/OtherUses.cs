using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Finds objects that are used in more than the one place where replacing them was explained. A stream that is a field's appearance
/// or the metadata, and a page's content as well, would let harmless kinds of change show something else (shadow attacks).
/// </summary>
/// <param name="document">Before the change.</param>
/// <param name="touched">Fields and widgets whose value or appearance is known to have changed.</param>
/// <param name="elements">Elements of the structure tree that are known to have grown.</param>
internal sealed class OtherUses(PdfDocument document, IReadOnlySet<int> touched, IReadOnlySet<int> elements)
{
    private readonly Stack<(PdfObject Value, int Owner)> _waiting = new();
    private readonly HashSet<int> _seen = [];

    public IReadOnlyList<int> Find(IReadOnlySet<int> replaced)
    {
        if (replaced.Count == 0)
            return [];

        var found = new SortedSet<int>();
        // Only what the catalog leads to is shown.
        _waiting.Push((document.Catalog.Reference, 0));
        while (_waiting.TryPop(out var next))
        {
            switch (next.Value)
            {
                case PdfReference reference when replaced.Contains(reference.Number):
                    found.Add(reference.Number);
                    break;
                case PdfReference reference when _seen.Add(reference.Number):
                    _waiting.Push((document.Load(reference), reference.Number));
                    break;
                case PdfArray array:
                    array.Items.ForEach(item => _waiting.Push((item, next.Owner)));
                    break;
                case PdfDictionary dictionary:
                    Enter(dictionary, next.Owner);
                    break;
                case PdfStream stream:
                    Enter(stream.Dictionary, next.Owner);
                    break;
                default:
                    break;
            }
        }

        return [.. found];
    }

    private void Enter(PdfDictionary dictionary, int owner)
    {
        foreach (var (key, value) in dictionary.Entries)
        {
            if (IsExplained(key, owner) || LeadsToElement(key, value))
                continue;
            // The list itself may differ where it is compared entry by entry; what is in it still counts.
            _waiting.Push((IsList(key, dictionary) ? document.Resolve(value) ?? PdfNull.Value : value, owner));
        }
    }

    private bool IsExplained(string key, int owner) => owner == document.Catalog.Reference.Number
        ? key is "DSS" or "Extensions" or "Metadata" or "StructTreeRoot"
        : key is "AP" or "V" or "RV" && touched.Contains(owner);

    // Outline items and destinations lead to elements as such (ISO 32000-2 §12.3.2.3, §12.3.3).
    private bool LeadsToElement(string key, PdfObject value)
    {
        var target = document.Resolve(value) is PdfArray { Items: [var first, PdfName, ..] } ? first : value;
        return key is "SE" or "SD" or "D" && target is PdfReference element && elements.Contains(element.Number);
    }

    private static bool IsList(string key, PdfDictionary owner) => key switch
    {
        "Annots" => owner.IsType("Page"),
        "Fields" => owner["Contents"] is null,
        "Kids" => owner["T"] is not null || owner["FT"] is not null,
        _ => false,
    };
}
