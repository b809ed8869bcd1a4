namespace MeSign.Statements.Delivery;

/// <summary>
/// How many messages may be on their way at once, and begun in a second. Whoever finds no room is told when to come back; each
/// later than the one before, so that what waits comes back at the rate at which it can go.
/// </summary>
/// <remarks>
/// A time that somebody was told to come back at passes whether he comes or not. While any is to come, the room of the last few
/// seconds is kept for those who are late: over any time there is never more than the rate, but after a pause of theirs two or
/// three may go closer together.
/// </remarks>
/// <param name="atOnce">Null: no limit.</param>
/// <param name="perSecond">Null: no limit. As many as in one second may go at once.</param>
internal sealed class SendingLimit(int? atOnce, double? perSecond, TimeProvider time)
{
    /// <summary>The rate at which room comes to be taken for where only the number at once is limited, per place and second.</summary>
    private const double MessagesPerPlace = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>How late an order may be that comes back in time: the queue counts whole seconds, and is looked at every two.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly long _began = time.GetTimestamp();
    private readonly TimeSpan _apart = perSecond is { } rate ? TimeSpan.FromSeconds(1 / rate) : TimeSpan.Zero;
    private readonly TimeSpan _burst = perSecond is > 1 and { } many ? TimeSpan.FromSeconds(1 - 1 / many) : TimeSpan.Zero;
    private readonly TimeSpan _told = TimeSpan.FromSeconds(1 / Math.Min(perSecond ?? double.MaxValue, atOnce * MessagesPerPlace ?? double.MaxValue));
    private int _inUse;

    /// <summary>When the next may begin; as far in the past as there is room for more than one.</summary>
    private TimeSpan _free = TimeSpan.FromSeconds(-1);

    /// <summary>When the last comes back that was told to.</summary>
    private TimeSpan _last = TimeSpan.MinValue;

    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return _inUse == 0 && time.GetElapsedTime(_began) - Longest > _free;
        }
    }

    /// <returns>Null to go ahead, and then to <see cref="Leave"/> or <see cref="Undo"/>; otherwise when to come back, in whole seconds.</returns>
    public TimeSpan? Enter()
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_began);
            var kept = now - (_last + Late >= now ? _burst + Late : _burst);
            _free = _free > kept ? _free : kept;
            if (_inUse < (atOnce ?? int.MaxValue) && _free <= now)
            {
                _inUse++;
                _free += _apart;
                return null;
            }

            // Beyond the longest, between those who come before it.
            var next = (_last > now ? _last : now) + _told;
            _last = next - now <= Longest ? next : now + _told;
            return TimeSpan.FromSeconds(Math.Ceiling((_last - now).TotalSeconds));
        }
    }

    public void Leave()
    {
        lock (_gate)
            _inUse--;
    }

    /// <summary>Gives the room back where something else was in the way and nothing was begun.</summary>
    public void Undo()
    {
        lock (_gate)
        {
            _inUse--;
            _free -= _apart;
        }
    }
}
