using System.Buffers;
using System.Globalization;

namespace MeSign.Statements.Intake;

/// <summary>A blob's name that stays in its container however a client writes it into a URL.</summary>
internal static class BlobName
{
    // A backslash becomes a slash and dot segments are resolved when a URL is made; ? and # end the path, % unescapes,
    // a colon makes a scheme. None of them is worth the doubt.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\?#%:\"<>|*");

    /// <summary>Why the name is refused, to be read after it; null where it is fine.</summary>
    public static string? FindProblem(string name)
    {
        if (name.Length == 0)
            return "is empty: name a blob";
        if (name.EnumerateRunes().Count() > JobLimits.BlobNameLength)
            return string.Create(CultureInfo.InvariantCulture, $"is longer than {JobLimits.BlobNameLength} characters");
        if (JobText.IndexOfUnsafe(name) >= 0)
            return "holds a control character";
        if (name.AsSpan().IndexOfAny(Forbidden) is var at and >= 0)
            return $"holds {name[at]}: give the name inside the statements container, not a URL or a path";
        if (name[0] == '/')
            return "begins with a slash: give the name inside the statements container";

        var segments = name.Split('/');
        if (segments.Length > JobLimits.BlobNameSegments)
            return $"has more than {JobLimits.BlobNameSegments} segments";
        if (Array.Exists(segments, segment => segment.Length == 0))
            return "has an empty segment: one slash between two names";
        return Array.Exists(segments, segment => segment[^1] == '.')
            ? "has a segment that ends in a dot: it would lead out of the statements container, or nowhere"
            : null;
    }
}
