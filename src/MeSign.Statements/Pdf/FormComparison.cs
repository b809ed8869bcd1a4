using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>Explains what happened to the form: signing and filling in, and whatever else must not.</summary>
internal sealed class FormComparison(PdfDocument before, PdfDocument after, RevisionComparison comparison)
{
    private readonly HashSet<int> _widgets = [];
    private readonly List<FieldLock> _locks = [];

    /// <summary>The annotation is a widget of a field that was compared.</summary>
    public bool Owns(PdfObject annotation) => annotation is PdfReference reference && _widgets.Contains(reference.Number);

    public void Compare()
    {
        CompareForms(Form(before), Form(after));
        var old = FormField.ReadAll(before).Where(field => field.Reference is not null).ToDictionary(field => field.Reference!);
        foreach (var field in old.Values.Where(field => field.IsSignature && before.Dictionary(field.Dictionary["V"]) is not null))
        {
            if (SigningPermission.FieldLock(before, before.Dictionary(field.Dictionary["V"])!) is { } fieldLock)
                _locks.Add(fieldLock);
        }

        var current = FormField.ReadAll(after);
        foreach (var field in current.Where(field => field.Reference is not null))
        {
            Own(field);
            if (old.Remove(field.Reference!, out var was))
                CompareField(was, field);
            else
                Added(field);
        }

        foreach (var lost in old.Values)
            comparison.Report(PdfChangeKind.Content, $"the field {lost.Name} was removed");
    }

    private void CompareForms(PdfDictionary? was, PdfDictionary? now)
    {
        var (oldPlace, place) = (before.Catalog.Dictionary["AcroForm"], after.Catalog.Dictionary["AcroForm"]);
        comparison.Explain(oldPlace);
        comparison.Explain(place);
        if (was is null && now is null)
            return;
        if (now is null)
        {
            comparison.Report(PdfChangeKind.Content, "the form was removed");
            return;
        }

        comparison.ExplainList(was?["Fields"]);
        comparison.ExplainList(now["Fields"]);
        if (!Direct(before, was?["Fields"]).SetEquals(Direct(after, now["Fields"])))
            comparison.Report(PdfChangeKind.Content, "a field that is no object of its own was changed");
        foreach (var key in PdfObjects.Differences(before, was ?? new PdfDictionary(), after, now))
        {
            if (key is "Fields" or "SigFlags")
                continue;
            // Resources that new appearances need, and the request to make appearances, come with filling in.
            var filling = key is "DR" or "DA" or "NeedAppearances";
            comparison.Report(filling ? PdfChangeKind.FormFilling : PdfChangeKind.Content, $"the form's /{key} was changed");
            comparison.Claim(now[key]);
        }
    }

    private void Added(FormField field)
    {
        comparison.Explain(field.Reference);
        comparison.Claim(field.Dictionary);
        if (!field.IsSignature)
            comparison.Report(PdfChangeKind.Content, $"the field {field.Name} was added");
        else if (after.Dictionary(field.Dictionary["V"]) is { } value)
            Signed(field, value);
        else
            comparison.Report(PdfChangeKind.FormFilling, $"the empty signature field {field.Name} was added");
        // What is shown may hide what was certified, whatever kind of signature is in it.
        if (field.IsSignature && IsShown(field.Dictionary))
            comparison.Report(PdfChangeKind.VisibleSignature, $"the new field {field.Name} shows something on a page");
    }

    private void CompareField(FormField was, FormField now)
    {
        var differences = PdfObjects.Differences(before, was.Dictionary, after, now.Dictionary).ToList();
        var valueReplaced = comparison.IsChanged(was.Dictionary["V"]);
        var appearanceReplaced = Appearances(before, was.Dictionary).SelectMany(PdfObjects.References).Any(comparison.IsChanged);
        if (differences.Count == 0 && !valueReplaced && !appearanceReplaced)
            return;

        comparison.Explain(now.Reference);
        var wasSigned = was.IsSignature && before.Resolve(was.Dictionary["V"]) is not null;
        if (wasSigned || !differences.TrueForAll(key => IsFilling(key, now.Dictionary)) || !Widgets(before, was.Dictionary).SetEquals(Widgets(after, now.Dictionary)))
        {
            comparison.Report(PdfChangeKind.Content, $"the field {now.Name} was changed in more than its value");
            return;
        }

        comparison.Touch(now.Reference);
        comparison.Claim(now.Dictionary["V"], replaced: true);
        ClaimAppearance(now.Dictionary);
        if (now.IsSignature && after.Dictionary(now.Dictionary["V"]) is { } value)
            Signed(now, value);
        // Who locks a field marks it as read-only.
        else if (_locks.Exists(fieldLock => fieldLock.Covers(now.Name)) && !(differences is ["Ff"] && !valueReplaced && !appearanceReplaced))
            comparison.Report(PdfChangeKind.Content, $"the field {now.Name} was changed though it is locked");
        else
            comparison.Report(PdfChangeKind.FormFilling, $"the field {now.Name} was filled in");
    }

    private void Signed(FormField field, PdfDictionary signature)
    {
        var name = field.Name;
        if (before.Resolve(field.Dictionary["V"] as PdfReference) is not null)
        {
            comparison.Report(PdfChangeKind.Content, $"the field {name} was given a signature that was there");
            return;
        }

        var timestamp = after.Name(signature["SubFilter"]) == "ETSI.RFC3161";
        comparison.Report(
            timestamp ? PdfChangeKind.ValidationData : PdfChangeKind.Signing,
            timestamp ? $"a document timestamp was added in {name}" : $"the field {name} was signed");
    }

    private bool IsFilling(string key, PdfDictionary now) => key switch
    {
        "Type" => now.IsType("Annot"),
        "Kids" => after.Resolve(now["Kids"]) is PdfArray,
        _ => key is "V" or "AP" or "AS" or "M" or "I" or "RV" or "F" or "DA" or "Q" or "Ff",
    };

    private void Own(FormField field)
    {
        _widgets.Add(field.Reference!.Number);
        if (after.Resolve(field.Dictionary["Kids"]) is not PdfArray kids)
            return;

        comparison.ExplainList(field.Dictionary["Kids"]);
        foreach (var kid in kids.Items.OfType<PdfReference>())
        {
            // A kid without a name is a widget of this field.
            if (after.Dictionary(kid) is not { } widget || widget["T"] is not null || !_widgets.Add(kid.Number) || !comparison.IsChanged(kid))
                continue;

            var was = before.Dictionary(kid) ?? new PdfDictionary();
            if (PdfObjects.Differences(before, was, after, widget).All(key => IsFilling(key, widget)))
            {
                comparison.Explain(kid);
                comparison.Touch(kid);
                ClaimAppearance(widget);
                comparison.Report(PdfChangeKind.FormFilling, $"a widget of the field {field.Name} was changed");
            }
        }
    }

    private void ClaimAppearance(PdfDictionary widget)
    {
        foreach (var appearance in Appearances(after, widget))
            comparison.Claim(appearance, replaced: true);
    }

    // The dictionary of appearances may be an object of its own that stays, as may that of a button's states.
    private static IEnumerable<PdfObject> Appearances(PdfDocument document, PdfDictionary widget)
    {
        if (widget["AP"] is { } own)
            yield return own;
        foreach (var appearance in (document.Resolve(widget["AP"]) as PdfDictionary)?.Entries.Values ?? Enumerable.Empty<PdfObject>())
        {
            yield return appearance;
            if (document.Resolve(appearance) is PdfDictionary states)
                yield return states;
        }
    }

    private bool IsShown(PdfDictionary field) => new[] { field }
        .Concat((after.Resolve(field["Kids"]) as PdfArray)?.Items.Select(after.Dictionary).OfType<PdfDictionary>() ?? [])
        .Any(widget => after.Resolve(widget["Rect"]) is PdfArray { Items: [var left, var bottom, var right, var top] }
            && !AreLevel(left, right) && !AreLevel(bottom, top));

    // What no grammar allows as a number may be any number to a reader.
    private bool AreLevel(PdfObject one, PdfObject two) => after.Resolve(one).ToDouble() is { } number && after.Resolve(two).ToDouble() == number;

    private static HashSet<PdfObject> Widgets(PdfDocument document, PdfDictionary field) => document.Resolve(field["Kids"]) is PdfArray kids
        ? [.. kids.Items.Where(kid => document.Dictionary(kid)?["T"] is null).Select(PdfObjects.Identity)]
        : [];

    private static HashSet<PdfObject> Direct(PdfDocument document, PdfObject? list) => document.Resolve(list) is PdfArray array
        ? [.. array.Items.Where(item => item is not PdfReference).Select(PdfObjects.Identity)]
        : [];

    private static PdfDictionary? Form(PdfDocument document) => document.Dictionary(document.Catalog.Dictionary["AcroForm"]);
}
