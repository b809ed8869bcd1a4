using System.Diagnostics.Metrics;

namespace MeSign.Statements.Signing;

/// <summary>Counters per OCSP responder and CRL server, on the meter <c>MeSign.Statements.Revocation</c>.</summary>
internal sealed class RevocationMetrics
{
    public const string MeterName = "MeSign.Statements.Revocation";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;

    public RevocationMetrics(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
        var meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("mesign.revocation.requests", "{request}", "Requests to OCSP responders and CRL servers by outcome.");
        _duration = meter.CreateHistogram<double>("mesign.revocation.duration", "s", "Time until a checked answer was at hand.");
    }

    /// <summary>
    /// Counts one request as answered, or by why it was not: timeout, unreachable, http, oversized, private, unusable. Only answers are timed.
    /// </summary>
    /// <param name="kind">ocsp or crl.</param>
    public async Task<T> CountAsync<T>(Uri server, string kind, Func<Task<T>> request)
    {
        var started = _time.GetTimestamp();
        try
        {
            var answer = await request();
            Asked(server, kind, "answered");
            _duration.Record(_time.GetElapsedTime(started).TotalSeconds, Tag("server", server.Host), Tag("kind", kind));
            return answer;
        }
        catch (RevocationUnknownException e)
        {
            Asked(server, kind, e.Outcome);
            throw;
        }
    }

    private void Asked(Uri server, string kind, string outcome) =>
        _requests.Add(1, Tag("server", server.Host), Tag("kind", kind), Tag("outcome", outcome));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
