using System.Text.RegularExpressions;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Phrases that mean one class.</summary>
/// <param name="reason">The class.</param>
/// <param name="phrases">Regular expressions, any of which may match; matched without backtracking, in time linear to the text.</param>
internal sealed class BounceRule(BounceClass reason, params string[] phrases)
{
    private readonly Regex[] _phrases = Array.ConvertAll(
        phrases, phrase => new Regex(phrase, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking));

    public BounceClass Class => reason;

    /// <summary>Whether these words say nothing where the code says for good (5xx): "550 … try again later" is courtesy.</summary>
    public bool OnlyForNow { get; init; }

    public bool Matches(string text) => Array.Exists(_phrases, phrase => phrase.IsMatch(text));

    /// <returns>Where the first of its phrases begins, or null.</returns>
    public int? At(string text)
    {
        int? first = null;
        foreach (var phrase in _phrases)
        {
            foreach (var match in phrase.EnumerateMatches(text))
            {
                first = Math.Min(first ?? int.MaxValue, match.Index);
                break;
            }
        }

        return first;
    }
}
