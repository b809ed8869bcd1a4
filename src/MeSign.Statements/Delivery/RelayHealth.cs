namespace MeSign.Statements.Delivery;

/// <summary>Whether a relay is worth trying now: a circuit breaker.</summary>
internal sealed class RelayHealth(RelayOptions relay, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _failures;
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    /// <summary>Failures in a row.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <returns>How long it is still to be left alone; null where it may be tried.</returns>
    public TimeSpan? Rest()
    {
        lock (_gate)
            return _closedUntil - time.GetUtcNow() is { Ticks: > 0 } rest ? rest : null;
    }

    /// <returns>Null to try it; otherwise how long it is to be left alone.</returns>
    public TimeSpan? Enter()
    {
        lock (_gate)
        {
            if (Rest() is { } rest)
                return rest;

            // Half open: one message goes to see, the others wait for what it finds.
            if (_failures >= relay.FailuresToBreak)
                _closedUntil = time.GetUtcNow() + relay.BreakFor;
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
