using System.Globalization;
using MeSign.Statements.Pdf.Seals;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>Finds or makes the field that a signature goes into, with its widget on a page and its place in the form.</summary>
internal sealed class SignatureField(PdfDocument document, IncrementalUpdate update, IReadOnlyList<FormField> fields, bool firstSignature)
{
    private const string DefaultName = "Signature";

    // ISO 32000-2 table 167, Print and Locked. PDF/A asks for Print and forbids Hidden, Invisible and NoView.
    private const int PrintLocked = 132;

    // ISO 32000-2 table 225: signatures exist; a file that is saved must be appended to.
    private const int SignaturesExistAppendOnly = 3;

    /// <summary>The empty signature field that the request names, or the name of a new one.</summary>
    public (FormField? Existing, string Name) Choose(string? requested)
    {
        if (requested is not null && fields.FirstOrDefault(field =>
            field.IsSignature && field.Name == requested && IsTerminal(field)) is { } named
            && document.Resolve(named.Dictionary["V"]) is null && named.Reference is not null)
        {
            return named.IsReadOnly
                ? throw SigningPermission.NotAllowed($"the signature field {requested} is read-only")
                : (named, named.Name);
        }

        // Full names join partial ones with dots, so a partial name has none (ISO 32000-2 §12.7.4.2).
        var stem = requested?.Replace('.', '_');
        return (null, stem is not null && !fields.Any(field => field.IsRoot && field.Name == stem) ? stem : NewName(stem ?? DefaultName));
    }

    // Only a field without fields below it has a value of its own (ISO 32000-2 §12.7.4.1).
    private bool IsTerminal(FormField field) => !fields.Any(other => other.Name.StartsWith(field.Name + '.', StringComparison.Ordinal));

    /// <summary>The stem with the first number that makes a name of no field.</summary>
    public string NewName(string stem)
    {
        var taken = fields.Where(field => field.IsRoot).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(1, int.MaxValue)
            .Select(number => stem + number.ToString(CultureInfo.InvariantCulture))
            .First(taken.Add);
    }

    public void Fill(FormField existing, PdfReference signature, SealTemplate? seal)
    {
        var field = update.Edit(existing.Reference!);
        field["V"] = signature;
        // Field and widget are one object as a rule, but need not be (ISO 32000-2 §12.7.4.1).
        var widget = seal is not null && document.Resolve(field["Kids"]) is PdfArray { Items: [PdfReference only] } && document.Resolve(only) is PdfDictionary
            ? update.Edit(only)
            : field;
        if (seal is not null && widget["P"] is PdfReference page && SealPlacement.Inside(document, page, widget["Rect"], seal) is { } place)
            widget["AP"] = new PdfDictionary { ["N"] = seal.Import(update, place.Rotation) };
        MarkForm(newField: null);
    }

    public void Create(string name, string description, PdfReference signature, PdfSeal? seal, SealTemplate? template, bool timestamp = false)
    {
        var place = template is null ? null : SealPlacement.Find(document, seal!, template);
        var page = place?.Page ?? PageTree.FirstPage(document);
        var field = new PdfDictionary
        {
            ["Type"] = new PdfName("Annot"),
            ["Subtype"] = new PdfName("Widget"),
            ["FT"] = new PdfName("Sig"),
            ["T"] = PdfText.TextString(name),
            ["TU"] = PdfText.TextString(description),
            ["V"] = signature,
            ["F"] = new PdfInteger(PrintLocked),
            ["Rect"] = place?.Rectangle ?? Nowhere(page),
            ["P"] = page,
        };
        // PDF/A-1 asks for an appearance of every field, though it shows nothing: one that is there serves again. A new one would be
        // more than a timestamp may add to a document that is certified against all changes.
        var appearance = place is not null ? template!.Import(update, place.Rotation) : Nothing() ?? (timestamp ? null : update.Add(EmptyAppearance()));
        field["AP"] = appearance is null ? null : new PdfDictionary { ["N"] = appearance };
        var reference = update.Add(field);
        if (page is not null)
            Annotate(page, reference, isVisible: place is not null);
        // Tags that come after a signature would be a change of what was signed.
        if (place is not null && firstSignature)
            StructureTree.Tag(document, update, reference, field, place.Page);
        MarkForm(reference);
    }

    /// <summary>Enters the certification in the catalog (ISO 32000-2 §12.8.6).</summary>
    public void Certify(PdfReference signature)
    {
        var catalog = update.Edit(document.Catalog.Reference);
        if (catalog["Perms"] is PdfReference reference && document.Resolve(reference) is PdfDictionary)
        {
            update.Edit(reference)["DocMDP"] = signature;
            return;
        }

        var permissions = (catalog["Perms"] as PdfDictionary)?.Copy() ?? new PdfDictionary();
        permissions["DocMDP"] = signature;
        catalog["Perms"] = permissions;
    }

    private void Annotate(PdfReference page, PdfReference widget, bool isVisible)
    {
        var current = document.Dictionary(page)!;
        var list = document.Resolve(current["Annots"]) as PdfArray;
        if (list is not null && current["Annots"] is PdfReference place && !(isVisible && IsOfOtherPages(place, page)))
            update.Replace(place, list.With(widget));
        else
            update.Edit(page)["Annots"] = (list ?? PdfArray.Of()).With(widget);

        // PDF/UA-1 §7.18.3: a page with annotations states their order.
        if (firstSignature && current["Tabs"] is null && IsTagged())
            update.Edit(page)["Tabs"] = new PdfName("S");
    }

    // Where pages share a list of annotations the seal would be on all of them.
    private bool IsOfOtherPages(PdfReference list, PdfReference page) =>
        PageTree.Pages(document).Any(other => other != page && document.Dictionary(other)?["Annots"] as PdfReference == list);

    private bool IsTagged() => document.Catalog.Dictionary["StructTreeRoot"] is not null;

    private void MarkForm(PdfReference? newField)
    {
        var catalog = document.Catalog;
        if (document.Dictionary(catalog.Dictionary["AcroForm"]) is not { } form)
        {
            var made = new PdfDictionary { ["Fields"] = PdfArray.Of(newField!) };
            made["SigFlags"] = new PdfInteger(SignaturesExistAppendOnly);
            update.Edit(catalog.Reference)["AcroForm"] = update.Add(made);
            return;
        }

        var flags = document.Resolve(form["SigFlags"]) is PdfInteger existing ? existing.Value : 0;
        if ((flags & SignaturesExistAppendOnly) != SignaturesExistAppendOnly)
            EditForm()["SigFlags"] = new PdfInteger(flags | SignaturesExistAppendOnly);
        if (newField is null)
            return;

        var list = document.Resolve(form["Fields"]) as PdfArray;
        if (list is not null && form["Fields"] is PdfReference shared)
            update.Replace(shared, list.With(newField));
        else
            EditForm()["Fields"] = (list ?? PdfArray.Of()).With(newField);
    }

    private PdfDictionary EditForm()
    {
        // PyPDF2 made one object of form and document information: what is changed must be the form alone.
        var place = document.Catalog.Dictionary["AcroForm"];
        if (place is PdfReference reference && reference != document.Trailer["Info"])
            return update.Edit(reference);

        var catalog = update.Edit(document.Catalog.Reference);
        if (ReferenceEquals(catalog["AcroForm"], place))
            catalog["AcroForm"] = document.Dictionary(place)!.Copy();
        return (PdfDictionary)catalog["AcroForm"]!;
    }

    // What another invisible signature shows.
    private PdfReference? Nothing() => fields
        .Where(field => field.IsSignature && document.Resolve(field.Dictionary["Rect"]) is PdfArray { Items: [var left, var bottom, var right, var top] }
            && left == right && bottom == top)
        .Select(field => document.Dictionary(field.Dictionary["AP"])?["N"])
        .OfType<PdfReference>()
        .FirstOrDefault(form => document.Resolve(form) is PdfStream);

    // A field without an appearance has no extent (ISO 32000-2 §12.7.5.5). At the crop box's corner or outside of it, PDF/UA
    // (§7.18.1) does not ask for it to be tagged: the origin is, unless the box reaches below and left of it.
    private PdfArray Nowhere(PdfReference? page)
    {
        var dictionary = page is null ? null : document.Dictionary(page);
        var box = PageBox.Inherited(document, dictionary, "CropBox") ?? PageBox.Inherited(document, dictionary, "MediaBox");
        var corner = document.Resolve(box) is PdfArray { Items: [var left, var bottom, ..] }
            && document.Resolve(left) is { } x && document.Resolve(bottom) is { } y && x.ToDouble() < 0 && y.ToDouble() < 0
            ? (x, y)
            : (new PdfInteger(0), new PdfInteger(0));
        return PdfArray.Of(corner.Item1, corner.Item2, corner.Item1, corner.Item2);
    }

    private static PdfData EmptyAppearance()
    {
        var zero = new PdfInteger(0);
        var dictionary = new PdfDictionary
        {
            ["Type"] = new PdfName("XObject"),
            ["Subtype"] = new PdfName("Form"),
            ["BBox"] = PdfArray.Of(zero, zero, zero, zero),
            ["Resources"] = new PdfDictionary(),
        };
        return PdfData.Of(dictionary, default);
    }
}
