using System.Globalization;
using MeSign.Statements.Pdf.LongTerm;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Finds what revisions after a signature changed. Changes that have a known meaning are explained from the catalog down; every
/// changed object that no explanation reaches counts as content.
/// </summary>
internal sealed class RevisionComparison(PdfDocument before, PdfDocument after)
{
    private readonly List<(PdfChangeKind Kind, string Description)> _changes = [];
    private readonly HashSet<int> _changed = [];
    private readonly HashSet<int> _added = [];
    private readonly HashSet<int> _explained = [];
    private readonly HashSet<int> _replaced = [];
    private readonly HashSet<int> _touched = [];
    private readonly HashSet<int> _elements = [];

    public IReadOnlyList<(PdfChangeKind Kind, string Description)> Find()
    {
        FindChangedObjects();
        CompareTrailers();
        var form = new FormComparison(before, after, this);
        var structure = new StructureComparison(before, after, this);
        CompareCatalogs(form, structure);
        if (!IsExplained)
            new PageComparison(before, after, this, form, structure).Compare();
        foreach (var number in Unexplained.Order())
            Report(PdfChangeKind.Content, Text($"object {number} was replaced"));
        FindFilledHoles();
        foreach (var number in new OtherUses(before, _touched, _elements).Find(_replaced))
            Report(PdfChangeKind.Content, Text($"object {number} was replaced, which is used elsewhere too"));
        return _changes;
    }

    /// <summary>Changed objects that nothing has explained yet.</summary>
    public IEnumerable<int> Unexplained => _changed.Except(_explained);

    public bool IsExplained => !Unexplained.Any();

    public void Report(PdfChangeKind kind, string description) => _changes.Add((kind, description));

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public bool IsChanged(PdfObject? value) => value is PdfReference reference && _changed.Contains(reference.Number);

    /// <summary>A writer that makes an object of its own of what stood directly, or writes it again under another number, changes nothing.</summary>
    public bool IsCopy(PdfObject? was, PdfObject? now) =>
        now is PdfReference reference && _added.Contains(reference.Number) && PdfObjects.Same(before, before.Resolve(was), after, after.Resolve(now));

    /// <summary>The object itself may differ: its content is compared where it is used.</summary>
    public void Explain(PdfObject? value)
    {
        if (value is PdfReference reference)
            _explained.Add(reference.Number);
    }

    /// <summary>A list whose entries are compared: it must not be anything else as well.</summary>
    public void ExplainList(PdfObject? value)
    {
        Explain(value);
        if (IsChanged(value))
            _replaced.Add(((PdfReference)value!).Number);
    }

    /// <summary>An element of the structure tree that has only grown: it must not be anything else as well.</summary>
    public void ExplainElement(PdfReference element)
    {
        ExplainList(element);
        _elements.Add(element.Number);
    }

    /// <summary>The value and appearance of this field or widget were reported as changed.</summary>
    public void Touch(PdfReference? field)
    {
        if (field is not null)
            _touched.Add(field.Number);
    }

    /// <summary>Everything new that is reached from here belongs to a change that was reported.</summary>
    public void Claim(PdfObject? value, bool replaced = false)
    {
        var waiting = new Stack<PdfReference>(PdfObjects.References(value));
        while (waiting.TryPop(out var reference))
        {
            if (!(_added.Contains(reference.Number) || (replaced && _changed.Contains(reference.Number))) || !_explained.Add(reference.Number))
                continue;
            if (_changed.Contains(reference.Number))
                _replaced.Add(reference.Number);
            foreach (var next in PdfObjects.References(after.Load(reference)))
                waiting.Push(next);
        }
    }

    // What only the old value led to: a revision in between wrote it again, and a later one left it out.
    private void ClaimOutOfUse(PdfObject? value)
    {
        if (IsExplained)
            return;

        var seen = new HashSet<int>();
        var waiting = new Stack<PdfReference>(PdfObjects.References(value));
        while (waiting.TryPop(out var reference))
        {
            if (!seen.Add(reference.Number))
                continue;
            if (_changed.Contains(reference.Number) && _explained.Add(reference.Number))
                _replaced.Add(reference.Number);
            foreach (var next in PdfObjects.References(before.Load(reference)))
                waiting.Push(next);
        }
    }

    private void FindChangedObjects()
    {
        var written = after.Sections.Take(after.Sections.Count - before.Sections.Count).SelectMany(Entries).Select(entry => entry.Number).ToHashSet();
        // Another object stream in an old one's place replaces what is in it, though no cross-reference says so.
        foreach (var number in written.Union(written.SelectMany(stream => before.Compressed[stream])))
            FindChange(number);
    }

    private static IEnumerable<XrefEntry> Entries(XrefSection section) => section.Entries.Concat(section.Hidden?.Entries ?? []);

    private void FindChange(int number)
    {
        if (number == 0 || _changed.Contains(number) || _added.Contains(number))
            return;

        var (was, oldGeneration) = Load(before, number);
        var (now, generation) = Load(after, number);
        if (was is PdfNull && now is not PdfNull)
            _added.Add(number);
        else if (IsPlumbing(was) && IsPlumbing(now))
            _replaced.Add(number);
        else if (oldGeneration != generation || !PdfObjects.Same(before, was, after, now))
            _changed.Add(number);
    }

    // Cross-reference and object streams carry objects and are none of the document's, unless it refers to them.
    private static bool IsPlumbing(PdfObject value) =>
        value is PdfStream stream && (stream.Dictionary.IsType("XRef") || stream.Dictionary.IsType("ObjStm"));

    private static (PdfObject Value, int Generation) Load(PdfDocument document, int number)
    {
        if (!document.TryFind(number, out var entry) || entry.Kind == XrefKind.Free)
            return (PdfNull.Value, 0);
        var generation = entry.Kind == XrefKind.Compressed ? 0 : entry.Generation;
        return (document.Load(new PdfReference(number, generation)), generation);
    }

    private void CompareTrailers()
    {
        // A catalog in another object is the same where it says the same, which is compared.
        if (!PdfObjects.Same(before, before.Trailer["Root"], after, after.Trailer["Root"]))
            ExplainList(after.Trailer["Root"]);
        if (!PdfObjects.Same(before, before.Trailer["Encrypt"], after, after.Trailer["Encrypt"]))
            Report(PdfChangeKind.Content, "the encryption was changed");

        var info = after.Trailer["Info"];
        if (!PdfObjects.Same(before, before.Trailer["Info"], after, info) || IsChanged(info))
        {
            Report(PdfChangeKind.Metadata, "the document information was changed");
            ExplainList(info);
            Claim(info);
        }
    }

    private void CompareCatalogs(FormComparison form, StructureComparison structure)
    {
        var (reference, was) = before.Catalog;
        var now = after.Catalog.Dictionary;
        if (after.Catalog.Reference == reference)
            Explain(reference);

        foreach (var key in PdfObjects.Differences(before, was, after, now).ToList())
        {
            if (key is not ("AcroForm" or "DSS" or "Extensions" or "Metadata" or "Version" or "MarkInfo" or "StructTreeRoot") && !IsCopy(was[key], now[key]))
                Report(PdfChangeKind.Content, $"the catalog's /{key} was changed");
        }

        form.Compare();
        CompareWhole(was, now, "DSS", PdfChangeKind.ValidationData, "validation data was added", value => SecurityStore.Is(after, value));
        CompareWhole(was, now, "Extensions", PdfChangeKind.ValidationData, "developer extensions were declared", value => after.Dictionary(value) is not null);
        CompareWhole(was, now, "Metadata", PdfChangeKind.Metadata, "the XMP metadata was changed", value => XmpMetadata.Is(after, value));
        structure.Compare();
    }

    private void CompareWhole(PdfDictionary was, PdfDictionary now, string key, PdfChangeKind kind, string description, Func<PdfObject, bool> isOfItsKind)
    {
        if (was[key] is not null && now[key] is null)
        {
            Report(PdfChangeKind.Content, $"the catalog's /{key} was removed");
            return;
        }

        var known = _explained.Count;
        Claim(now[key], replaced: true);
        ClaimOutOfUse(was[key]);
        if (_explained.Count == known && PdfObjects.Same(before, was[key], after, now[key]))
            return;
        if (now[key] is { } value && !isOfItsKind(value))
            Report(PdfChangeKind.Content, $"the catalog's /{key} is nothing of that kind any more");
        else
            Report(kind, description);
    }

    // Objects that the document refers to and does not have show nothing until somebody supplies them: content that waits to appear.
    private void FindFilledHoles()
    {
        foreach (var reference in new MissingObjects(before).Find().Where(one => MissingObjects.Shown(after, one) is not PdfNull))
        {
            // What is explained in one place must not have been waited for in another.
            if (_explained.Contains(reference.Number))
                _replaced.Add(reference.Number);
            else if (!_changed.Contains(reference.Number))
                Report(PdfChangeKind.Content, Text($"object {reference.Number}, which was referred to but missing, was supplied"));
        }
    }
}
