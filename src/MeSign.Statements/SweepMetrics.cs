using System.Diagnostics.Metrics;

namespace MeSign.Statements;

/// <summary>Counts what was put right, mostly by sweeps, on the meter <c>MeSign.Statements.Sweep</c>.</summary>
internal sealed class SweepMetrics
{
    public const string MeterName = "MeSign.Statements.Sweep";

    private readonly Counter<long> _repairs;
    private readonly Counter<long> _removals;

    public SweepMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _repairs = meter.CreateCounter<long>("mesign.sweep.repairs", "{repair}", "What was put right, by kind.");
        _removals = meter.CreateCounter<long>("mesign.sweep.removals", "{statement}", "What was removed by age, by issuer and kind.");
    }

    /// <param name="kind">uncertain, expired, job, order, order-without-row, told, batch-order, completed, unclaimed-message, unclaimed-document.</param>
    public void Repaired(string kind) => _repairs.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Removed(string issuer, Ledger.Kept kind, int count) =>
        _removals.Add(count, new KeyValuePair<string, object?>("issuer", issuer), new KeyValuePair<string, object?>("kind", kind.ToString()));
}
