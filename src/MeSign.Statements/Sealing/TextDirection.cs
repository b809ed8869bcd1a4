using System.Collections.Frozen;
using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>Which languages are written from right to left, and how a value keeps its own direction among them.</summary>
internal static class TextDirection
{
    // Unicode UAX #9 §2: isolates keep what is between them from reordering what is around it.
    private const char FirstStrongIsolate = '\u2068';
    private const char PopDirectionalIsolate = '\u2069';

    // CLDR: languages whose usual script is one of these. Not asked of the culture data, which small containers lack.
    private static readonly FrozenSet<string> Languages = new[] { "ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Scripts = new[] { "Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="locale">BCP 47 tag; a script in it says more than the language.</param>
    public static bool IsRightToLeft(string locale)
    {
        var subtags = locale.Split('-');
        return subtags.Skip(1).FirstOrDefault(subtag => subtag.Length == 4 && subtag.All(char.IsAsciiLetter)) is { } script
            ? Scripts.Contains(script)
            : Languages.Contains(subtags[0]);
    }

    /// <summary>The text between isolates, without marks of its own that would end them.</summary>
    public static string Isolate(string text)
    {
        var isolated = new StringBuilder(text.Length + 2).Append(FirstStrongIsolate);
        foreach (var c in text)
        {
            if (!IsMark(c))
                isolated.Append(c);
        }
        return isolated.Append(PopDirectionalIsolate).ToString();
    }

    /// <summary>Embeddings and overrides turn whatever follows and have no use among isolates: in a header they only deceive.</summary>
    public static bool IsOverride(char c) => c is >= '\u202a' and <= '\u202e';

    /// <summary>Whether a value has marks that change the direction of more than itself.</summary>
    public static bool IsMark(char c) => IsOverride(c) || c is >= '\u2066' and <= '\u2069';
}
