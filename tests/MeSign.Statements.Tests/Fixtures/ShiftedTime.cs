namespace MeSign.Statements.Tests.Fixtures;

/// <summary>The machine's clock, set forward: leases and expiries are over without waiting for them, and timers run as always.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _ticks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
}
