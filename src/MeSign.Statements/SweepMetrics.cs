using System.Diagnostics.Metrics;

namespace MeSign.Statements;

/// <summary>Counts what a sweep put right, on the meter <c>MeSign.Statements.Sweep</c>.</summary>
internal sealed class SweepMetrics
{
    public const string MeterName = "MeSign.Statements.Sweep";

    private readonly Counter<long> _repairs;

    public SweepMetrics(IMeterFactory factory) =>
        _repairs = factory.Create(MeterName).CreateCounter<long>("mesign.sweep.repairs", "{repair}", "What sweeps put right, by kind.");

    /// <param name="kind">uncertain, expired, order, told, batch-order, job, completed, blob.</param>
    public void Repaired(string kind) => _repairs.Add(1, new KeyValuePair<string, object?>("kind", kind));
}
