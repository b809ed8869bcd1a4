namespace MeSign.Statements.Delivery;

/// <summary>
/// How many messages may be on their way at once, and begun in a second. Whoever finds no room is told when to come back; each
/// later than the one before, so that what waits comes back at the rate at which it can go.
/// </summary>
/// <param name="atOnce">Null: no limit.</param>
/// <param name="perSecond">Null: no limit. As many as in one second may go at once.</param>
internal sealed class SendingLimit(int? atOnce, double? perSecond, TimeProvider time)
{
    /// <summary>The rate at which room comes to be taken for where only the number at once is limited, per place and second.</summary>
    private const double MessagesPerPlace = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly double _burst = Math.Max(1, perSecond ?? 0);
    private double _tokens = Math.Max(1, perSecond ?? 0);
    private long _filled = time.GetTimestamp();
    private int _inUse;
    private long _waiting;

    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return _inUse == 0 && time.GetElapsedTime(_filled) > Longest;
        }
    }

    /// <returns>Null to go ahead, and then to <see cref="Leave"/>; otherwise when to come back.</returns>
    public TimeSpan? Enter()
    {
        lock (_gate)
        {
            Fill();
            if (_inUse < (atOnce ?? int.MaxValue) && (perSecond is null || _tokens >= 1))
            {
                _inUse++;
                _tokens--;
                _waiting = Math.Max(0, _waiting - 1);
                return null;
            }

            var rate = Math.Min(perSecond ?? double.MaxValue, atOnce * MessagesPerPlace ?? double.MaxValue);
            var wait = TimeSpan.FromSeconds(Math.Min(++_waiting / rate, Longest.TotalSeconds));
            return wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait;
        }
    }

    public void Leave()
    {
        lock (_gate)
            _inUse--;
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + time.GetElapsedTime(_filled, now).TotalSeconds * (perSecond ?? 0));
        _filled = now;
    }
}
