namespace MeSign.Statements.Delivery;

/// <summary>Whether a relay is worth trying now: a circuit breaker.</summary>
internal sealed class RelayHealth(RelayOptions relay, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _failures;
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    /// <summary>Failures in a row.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <returns>Null to try it; otherwise how long it is to be left alone.</returns>
    public TimeSpan? Enter()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (now < _closedUntil)
                return _closedUntil - now;

            // Half open: one message goes to see, the others wait for what it finds.
            if (_failures >= relay.FailuresToBreak)
                _closedUntil = now + relay.BreakFor;
            return null;
        }
    }

    /// <summary>It was reached, whatever it said.</summary>
    public void Reached()
    {
        lock (_gate)
            (_failures, _closedUntil) = (0, DateTimeOffset.MinValue);
    }

    public void Failed()
    {
        lock (_gate)
        {
            if (++_failures >= relay.FailuresToBreak)
                _closedUntil = time.GetUtcNow() + relay.BreakFor;
        }
    }
}
