using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Seals;

/// <summary>
/// Whether a seal shows anything translucent. Drawing libraries put every page into a transparency group to be safe; PDF/A-1 forbids the
/// group itself (ISO 19005-1 §6.4), and where nothing is translucent it changes nothing.
/// </summary>
internal static class Transparency
{
    /// <summary>Looks at the direct content of one object.</summary>
    public static bool IsUsedBy(PdfObject value) => value switch
    {
        PdfArray array => array.Items.Any(IsUsedBy),
        PdfData data => IsUsedBy(data.Dictionary),
        PdfDictionary dictionary => dictionary.Entries.Any(entry => IsTranslucent(entry.Key, entry.Value) || IsUsedBy(entry.Value)),
        _ => false,
    };

    // ISO 32000-2 tables 57 and 87; a value that is not in its place counts as translucent.
    private static bool IsTranslucent(string key, PdfObject value) => key switch
    {
        "SMask" => value is not PdfName { Value: "None" },
        "SMaskInData" => value is not PdfInteger { Value: 0 },
        "CA" or "ca" => value.ToDouble() != 1,
        "BM" => value is not PdfName { Value: "Normal" or "Compatible" },
        _ => false,
    };
}
