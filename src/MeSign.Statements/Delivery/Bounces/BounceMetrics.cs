using System.Diagnostics.Metrics;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>What came back, counted on the meter <c>MeSign.Statements.Bounces</c>.</summary>
internal sealed class BounceMetrics
{
    public const string MeterName = "MeSign.Statements.Bounces";

    private readonly Counter<long> _messages;

    public BounceMetrics(IMeterFactory factory) =>
        _messages = factory.Create(MeterName).CreateCounter<long>("mesign.bounces", "{message}", "Messages to the return path by kind and effect.");

    public void Read(BounceKind kind, BounceClass? reason, BounceEffect effect) => _messages.Add(
        1,
        new KeyValuePair<string, object?>("kind", kind.ToString()),
        new KeyValuePair<string, object?>("class", reason?.ToString()),
        new KeyValuePair<string, object?>("effect", effect.ToString()));
}
