using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>Which fields a signature locks (FieldMDP, ISO 32000-2 §12.8.2.4, and the signature field lock, table 236).</summary>
internal sealed record FieldLock(string Action, IReadOnlyList<string> Fields)
{
    public static FieldLock? Read(PdfDocument document, PdfDictionary? dictionary)
    {
        if (dictionary is null || document.Name(dictionary["Action"]) is not { } action)
            return null;

        var names = document.Resolve(dictionary["Fields"]) is PdfArray array
            ? array.Items.Select(document.Resolve).OfType<PdfString>().Select(PdfText.ToText)
            : [];
        return new FieldLock(action, [.. names]);
    }

    public bool Covers(string field) => Action switch
    {
        "All" => true,
        "Include" => Names(field),
        "Exclude" => !Names(field),
        _ => false,
    };

    // Naming a field names everything under it.
    private bool Names(string field) => Fields.Any(name => name == field
        || (field.StartsWith(name, StringComparison.Ordinal) && field.Length > name.Length && field[name.Length] == '.'));
}
