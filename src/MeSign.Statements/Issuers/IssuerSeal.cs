using MeSign.Statements.Pdf;
using MeSign.Statements.Pdf.Seals;

namespace MeSign.Statements.Issuers;

/// <summary>Reads where an issuer's seal goes, in words or as a rectangle.</summary>
internal static class IssuerSeal
{
    /// <returns>Null for an invisible signature.</returns>
    public static PdfSeal? Of(AppearanceOptions options)
    {
        if (string.IsNullOrEmpty(options.Seal))
            return null;
        var place = new SealPlace(options.SealPage, options.SealRectangle is [var x, var y, var width, var height] ? new PdfRectangle(x, y, width, height) : null, PdfCorner.BottomRight);
        if (!string.IsNullOrEmpty(options.SealPlace) && !SealPlace.TryParse(options.SealPlace, out place, out var problem))
            throw new InvalidDataException($"SealPlace \"{options.SealPlace}\" {problem}");
        return place.Show(Path.GetFullPath(options.Seal));
    }

    public static IEnumerable<string> Faults(AppearanceOptions options)
    {
        var inWords = !string.IsNullOrEmpty(options.SealPlace);
        if (string.IsNullOrEmpty(options.Seal) && (inWords || options.SealRectangle.Count > 0))
            yield return "Appearance:Seal is empty: name the PDF that goes to this place";
        if (inWords && (options.SealRectangle.Count > 0 || options.SealPage != -1))
            yield return "Appearance:SealPlace is given beside SealPage or SealRectangle: say it once";
        if (inWords && !SealPlace.TryParse(options.SealPlace!, out _, out var problem))
            yield return $"Appearance:SealPlace \"{options.SealPlace}\" {problem}";
        if (options.SealRectangle.Count is not 0 and not 4)
            yield return "Appearance:SealRectangle is not four numbers: lower left x and y, width and height in points";
        else if (options.SealRectangle is [_, _, var width, var height] && !(width > 0 && height > 0))
            yield return "Appearance:SealRectangle has a width or height that is not above 0";
        if (options.SealPage == 0)
            yield return "Appearance:SealPage 0 is no page: 1 is the first, -1 the last";
        if (!string.IsNullOrEmpty(options.Seal) && !File.Exists(options.Seal))
            yield return $"Appearance:Seal \"{options.Seal}\" does not exist";
    }
}
