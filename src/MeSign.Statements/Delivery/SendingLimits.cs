namespace MeSign.Statements.Delivery;

/// <summary>One relay's limits: on all messages, and on those to each recipient domain.</summary>
internal sealed class SendingLimits(RelayOptions relay, TimeProvider time)
{
    /// <summary>More domains than this, and those that nobody wrote to for an hour are forgotten.</summary>
    private const int ManyDomains = 4096;

    private readonly Lock _gate = new();
    private readonly SendingLimit? _all = relay.MessagesPerSecond is null ? null : new SendingLimit(atOnce: null, relay.MessagesPerSecond, time);
    private readonly Dictionary<string, SendingLimit> _domains = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>Null to go ahead, and then to <see cref="Leave"/> or <see cref="Undo"/>; otherwise when to come back.</returns>
    public TimeSpan? Enter(string domain)
    {
        var one = Of(domain);
        if (one?.Enter() is { } later)
            return later;
        if (_all?.Enter() is not { } full)
            return null;

        one?.Undo();
        return full;
    }

    public void Leave(string domain)
    {
        Of(domain)?.Leave();
        _all?.Leave();
    }

    /// <summary>Gives the room back where something else was in the way and nothing was begun.</summary>
    public void Undo(string domain)
    {
        Of(domain)?.Undo();
        _all?.Undo();
    }

    private SendingLimit? Of(string domain)
    {
        var options = relay.Domains.TryGetValue(domain, out var own) ? own : relay.EachDomain;
        if (options is { MaxConnections: null, MessagesPerSecond: null })
            return null;

        lock (_gate)
        {
            if (_domains.TryGetValue(domain, out var known))
                return known;

            if (_domains.Count >= ManyDomains)
            {
                foreach (var idle in _domains.Where(entry => entry.Value.IsIdle).Select(entry => entry.Key).ToArray())
                    _domains.Remove(idle);
            }

            return _domains[domain] = new SendingLimit(options.MaxConnections, options.MessagesPerSecond, time);
        }
    }
}
