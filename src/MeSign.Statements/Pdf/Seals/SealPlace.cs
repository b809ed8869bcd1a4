using System.Globalization;
using System.Text.RegularExpressions;

namespace MeSign.Statements.Pdf.Seals;

/// <summary>Where a seal goes, as a person writes it: <c>last page, bottom right</c>, or <c>page 2, 36 700 200 60</c>.</summary>
/// <param name="Page">1 is the first page, -1 the last.</param>
/// <param name="Rectangle">In place of <paramref name="Corner"/>, where it is given.</param>
public sealed partial record SealPlace(int Page, PdfRectangle? Rectangle, PdfCorner Corner)
{
    private const string Form = "write it like \"last page, bottom right\" or \"page 2, 36 700 200 60\" (lower left x and y, width and height in points)";

    // Far more than any page measures or any document has.
    private const double Most = 1_000_000;

    /// <param name="text">
    /// A page (<c>first</c>, <c>last</c>, or its number; the last by default), and a corner (<c>top left</c>; bottom right by default) or four
    /// numbers; spaces, commas or hyphens between them.
    /// </param>
    /// <param name="problem">Why it is no place, in words that follow it.</param>
    public static bool TryParse(string text, out SealPlace place, out string problem)
    {
        place = new SealPlace(-1, null, PdfCorner.BottomRight);
        problem = "";
        var numbers = new List<double>();
        var words = new List<string>();
        foreach (var token in Hyphen().Replace(text, " ").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (double.TryParse(token, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < Most)
                numbers.Add(number);
            else
                words.Add(token.ToLowerInvariant());
        }

        var (page, vertical, horizontal) = (Take(words, "first", "last"), Take(words, "top", "bottom"), Take(words, "left", "right"));
        words.Remove("page");
        // Without a word for it the page is the number before the rectangle, or the only one.
        if (page is null && numbers.Count is 1 or 5)
        {
            page = numbers[0].ToString(CultureInfo.InvariantCulture);
            numbers.RemoveAt(0);
        }

        if (words.Count > 0 || numbers.Count is not (0 or 4) || (vertical is null) != (horizontal is null) || (numbers.Count == 4 && vertical is not null))
            problem = $"is no place for a seal: {Form}";
        else if (PageOf(page) is not { } shown)
            problem = $"has the page {page}, which is none: 1 or \"first\" is the first, -1 or \"last\" the last";
        else if (numbers is [_, _, var width, var height] && !(width > 0 && height > 0))
            problem = "has a rectangle whose width or height is not above 0";
        else
            place = new SealPlace(shown, numbers is [var x, var y, var wide, var high] ? new PdfRectangle(x, y, wide, high) : null, CornerOf(vertical, horizontal));
        return problem.Length == 0;
    }

    /// <param name="path">The seal's one-page PDF.</param>
    public PdfSeal Show(string path) => new() { Path = path, Page = Page, Rectangle = Rectangle, Corner = Corner };

    private static string? Take(List<string> words, string either, string or)
    {
        var found = words.Find(word => word == either || word == or);
        if (found is not null)
            words.Remove(found);
        return found;
    }

    private static int? PageOf(string? page) => page switch
    {
        null or "last" => -1,
        "first" => 1,
        _ => int.TryParse(page, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number != 0 ? number : null,
    };

    private static PdfCorner CornerOf(string? vertical, string? horizontal) => (vertical, horizontal) switch
    {
        ("top", "left") => PdfCorner.TopLeft,
        ("top", _) => PdfCorner.TopRight,
        (_, "left") => PdfCorner.BottomLeft,
        _ => PdfCorner.BottomRight,
    };

    [GeneratedRegex("(?<=[A-Za-z])-(?=[A-Za-z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hyphen();
}
