namespace MeSign.Statements.Signing;

/// <summary>One source gave no usable word on a certificate; the next one is asked.</summary>
/// <param name="problem">What it did, a sentence without its full stop that starts with its name.</param>
/// <param name="outcome">The same as a word to count by: see <see cref="RevocationMetrics"/>.</param>
internal sealed class RevocationUnknownException(string problem, Exception? innerException = null, string outcome = "unusable") : Exception(problem, innerException)
{
    public string Outcome { get; } = outcome;
}
