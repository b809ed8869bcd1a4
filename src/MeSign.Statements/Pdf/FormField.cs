using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>A node of the field tree (ISO 32000-2 §12.7.4).</summary>
/// <param name="Reference">Its object; null where it stands directly in its parent.</param>
/// <param name="Name">The fully qualified name.</param>
/// <param name="Type">Tx, Btn, Ch or Sig, inherited where it is not its own.</param>
/// <param name="Flags"><c>/Ff</c>, inherited likewise.</param>
/// <param name="IsRoot">Stands in <c>/Fields</c> itself.</param>
internal sealed record FormField(PdfReference? Reference, PdfDictionary Dictionary, string Name, string? Type, long Flags, bool IsRoot)
{
    private const long ReadOnlyFlag = 1;

    public bool IsSignature => Type == "Sig";

    public bool IsReadOnly => (Flags & ReadOnlyFlag) != 0;

    /// <summary>Every named field of the document, parents before children.</summary>
    public static IReadOnlyList<FormField> ReadAll(PdfDocument document)
    {
        var fields = new List<FormField>();
        if (document.Dictionary(document.Catalog.Dictionary["AcroForm"]) is not { } form
            || document.Resolve(form["Fields"]) is not PdfArray roots)
        {
            return fields;
        }

        var seen = new HashSet<int>();
        var names = 0L;
        var waiting = new Stack<(PdfObject Node, FormField? Parent)>();
        Push(waiting, roots, parent: null);
        while (waiting.TryPop(out var next))
        {
            if (next.Node is PdfReference reference && !seen.Add(reference.Number))
                continue;
            if (seen.Count + fields.Count > PdfLimits.Nodes)
                throw PdfDamage.Of($"its form has more than {PdfLimits.Nodes} fields");
            if (document.Resolve(next.Node) is not PdfDictionary dictionary)
                continue;

            var field = Read(document, next.Node as PdfReference, dictionary, next.Parent);
            // A full name repeats every name above it: a chain of fields has the square of what it says.
            if ((names += field.Name.Length) > PdfLimits.FieldNames)
                throw PdfDamage.Of($"the full names of its fields have more than {PdfLimits.FieldNames} characters");
            // A kid without a name is a widget of its parent, not a field.
            if (next.Parent is null || dictionary["T"] is not null)
                fields.Add(field);
            if (document.Resolve(dictionary["Kids"]) is PdfArray kids)
                Push(waiting, kids, field);
        }

        return fields;
    }

    private static FormField Read(PdfDocument document, PdfReference? reference, PdfDictionary dictionary, FormField? parent)
    {
        var partial = document.Resolve(dictionary["T"]) is PdfString name ? PdfText.ToText(name) : null;
        var full = (parent?.Name, partial) switch
        {
            (null or "", _) => partial ?? string.Empty,
            (var above, null) => above,
            var (above, own) => $"{above}.{own}",
        };
        return new FormField(
            reference,
            dictionary,
            full,
            document.Name(dictionary["FT"]) ?? parent?.Type,
            document.Resolve(dictionary["Ff"]) is PdfInteger flags ? flags.Value : parent?.Flags ?? 0,
            parent is null);
    }

    private static void Push(Stack<(PdfObject Node, FormField? Parent)> waiting, PdfArray nodes, FormField? parent)
    {
        for (var i = nodes.Items.Count - 1; i >= 0; i--)
            waiting.Push((nodes.Items[i], parent));
    }
}
