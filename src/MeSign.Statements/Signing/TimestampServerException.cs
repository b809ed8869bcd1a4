namespace MeSign.Statements.Signing;

/// <summary>One server gave no usable token; the next one is asked.</summary>
/// <param name="outcome">The counter's tag: one short word.</param>
/// <param name="problem">What it did, in words that follow its name.</param>
internal sealed class TimestampServerException(string outcome, string problem, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(problem, innerException)
{
    public string Outcome { get; } = outcome;

    /// <summary>How long the server asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
