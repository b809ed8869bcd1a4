namespace MeSign.Statements.Signing;

/// <summary>Whether one RFC 3161 server is worth asking now: a circuit breaker, a rate limit, and the size of its tokens.</summary>
internal sealed class TimestampServer(Uri address, TimestampOptions options, TimeProvider time) : IDisposable
{
    private readonly TimestampServerOptions? _own = options.Servers.FirstOrDefault(server => server.Address == address);
    private readonly Lock _gate = new();
    private int _failures;
    private int _sentThisSecond;
    private long _second;
    private int _largestToken;
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;
    private TimestampTransport? _transport;

    public Uri Address { get; } = address;

    public string? Policy => _own?.Policy;

    /// <summary>Size in bytes of the largest token that it sent; 0 before the first.</summary>
    public int LargestToken => Volatile.Read(ref _largestToken);

    public TimestampTransport Transport => LazyInitializer.EnsureInitialized(ref _transport, () => new TimestampTransport(Address, _own, options, time));

    /// <summary>Asks to send one request now.</summary>
    /// <returns>Null to go ahead; otherwise how long the server is to be left alone.</returns>
    public TimeSpan? Enter()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (now < _closedUntil)
                return _closedUntil - now;
            if (!IsUnderLimit(now))
                return DateTimeOffset.FromUnixTimeSeconds(_second + 1) - now;

            // Half open: one request goes to see, the rest go elsewhere until it is back.
            if (_failures >= options.FailuresToBreak)
                _closedUntil = now + options.Timeout;
            return null;
        }
    }

    public void Succeeded(int tokenBytes)
    {
        lock (_gate)
        {
            _failures = 0;
            _closedUntil = DateTimeOffset.MinValue;
            _largestToken = Math.Max(_largestToken, tokenBytes);
        }
    }

    /// <summary>Counts a failure; enough in a row, or the server's own word, close it for a while.</summary>
    public void Failed(TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            _failures++;
            if (retryAfter is { } asked)
                _closedUntil = time.GetUtcNow() + asked;
            else if (_failures >= options.FailuresToBreak)
                _closedUntil = time.GetUtcNow() + options.BreakFor;
        }
    }

    /// <summary>How long it is still to be left alone.</summary>
    public TimeSpan ClosedFor()
    {
        lock (_gate)
        {
            var left = _closedUntil - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Dispose() => _transport?.Dispose();

    private bool IsUnderLimit(DateTimeOffset now)
    {
        if (_own?.MaxPerSecond is not { } most)
            return true;

        var second = now.ToUnixTimeSeconds();
        if (second != _second)
            (_second, _sentThisSecond) = (second, 0);
        return _sentThisSecond++ < most;
    }
}
