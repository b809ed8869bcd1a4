using System.Diagnostics.Metrics;

namespace MeSign.Statements.Signing;

/// <summary>Counters per timestamp server, on the meter <c>MeSign.Statements.Timestamps</c>.</summary>
internal sealed class TimestampMetrics
{
    public const string MeterName = "MeSign.Statements.Timestamps";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public TimestampMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("mesign.timestamp.requests", "{request}", "Requests to timestamp servers by outcome.");
        _duration = meter.CreateHistogram<double>("mesign.timestamp.duration", "s", "Time until a checked token was at hand.");
    }

    /// <param name="outcome">granted, or why not: timeout, unreachable, tls, http, malformed, rejected, untrusted, misconfigured; or that it was not asked: skipped, busy.</param>
    public void Asked(Uri server, string outcome) =>
        _requests.Add(1, new KeyValuePair<string, object?>("server", server.Host), new KeyValuePair<string, object?>("outcome", outcome));

    public void Took(Uri server, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("server", server.Host));
}
