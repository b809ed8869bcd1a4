namespace MeSign.Statements.Delivery;

/// <summary>One line of <see cref="ReplyClassifier"/>'s table.</summary>
/// <param name="Phases">Where it applies; everywhere if empty.</param>
/// <param name="Code">Reply code, <c>x</c> for any digit.</param>
/// <param name="Enhanced">Enhanced code, <c>x</c> for one digit, <c>*</c> for a whole part; null: with or without one.</param>
/// <param name="Failure">The code that the statement fails with.</param>
/// <param name="Deferral">Why the statement waits, where it does not fail.</param>
internal sealed record ReplyRule(SmtpPhase[] Phases, string Code, string? Enhanced, FailureCode? Failure, DeferralReason? Deferral)
{
    public bool Matches(SmtpPhase phase, string code, string? enhanced) =>
        (Phases is [] || Phases.Contains(phase)) && MatchesDigits(Code, code) && (Enhanced is null || MatchesEnhanced(Enhanced, enhanced));

    private static bool MatchesEnhanced(string pattern, string? enhanced)
    {
        if (enhanced?.Split('.') is not { Length: 3 } parts)
            return false;

        var patterns = pattern.Split('.');
        return patterns.Zip(parts).All(pair => pair.First == "*" || MatchesDigits(pair.First, pair.Second));
    }

    private static bool MatchesDigits(string pattern, string text) =>
        pattern.Length == text.Length && pattern.Zip(text).All(pair => pair.First is 'x' || pair.First == pair.Second);
}
