using System.Diagnostics.Metrics;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>What one run counted as put right.</summary>
internal sealed class CountedRepairs : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<string?> _kinds = [];

    public CountedRepairs(PipelineRun run)
    {
        var factory = run.Part<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SweepMetrics.MeterName && instrument.Name == "mesign.sweep.repairs" && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _kinds.Add(tags[0].Value as string));
        _listener.Start();
    }

    public IReadOnlyList<string?> Kinds => _kinds;

    public void Dispose() => _listener.Dispose();
}
