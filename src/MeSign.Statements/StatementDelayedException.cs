namespace MeSign.Statements;

/// <summary>
/// Something outside that the statement needs (a timestamp server, a certificate directory, a relay) gives no answer now.
/// The statement waits and is tried again; it is never sent without what it was promised.
/// </summary>
/// <param name="reason">What is missing, for the log: names of servers, never of people.</param>
/// <param name="retryAfter">The earliest time to try again that the other side asked for, if it did.</param>
public sealed class StatementDelayedException(string reason, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(reason, innerException)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
