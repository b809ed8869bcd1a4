using System.Runtime.InteropServices;

namespace MeSign.Statements.Signing;

/// <summary>Whether one RFC 3161 server is worth asking now: a circuit breaker, its own word, a rate limit; and the size of its tokens.</summary>
internal sealed class TimestampServer(Uri address, TimestampOptions options, TimeProvider time, HttpMessageHandler? network) : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TimestampServerOptions? _own = options.Servers.FirstOrDefault(server => server.Address == address);
    private readonly Lock _gate = new();
    private readonly Queue<DateTimeOffset> _sent = new();
    private int _failures;
    private int _largestToken;
    private DateTimeOffset _brokenUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _askedUntil = DateTimeOffset.MinValue;
    private TimestampTransport? _transport;

    public Uri Address { get; } = address;

    public string? Policy => _own?.Policy;

    /// <summary>Size in bytes of the largest token that it sent; 0 before the first.</summary>
    public int LargestToken => Volatile.Read(ref _largestToken);

    public TimestampTransport Transport => LazyInitializer.EnsureInitialized(ref _transport, () => new TimestampTransport(Address, _own, options, time, network));

    /// <summary>Asks to send one request now.</summary>
    /// <returns>Null to go ahead; otherwise why not, and for how long.</returns>
    public TimestampPause? Enter()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (ClosedUntil is var until && now < until)
                return new(until - now, IsBusy: false);
            if (Turn(now) is { } turn)
                return new(turn, IsBusy: true);

            // Half open: one request goes to see, the rest go elsewhere until it is back.
            if (_failures >= options.FailuresToBreak)
                _brokenUntil = now + options.Timeout;
            return null;
        }
    }

    public void Succeeded(int tokenBytes)
    {
        lock (_gate)
        {
            // What the server asked of another request meanwhile still holds.
            (_failures, _brokenUntil) = (0, DateTimeOffset.MinValue);
            _largestToken = Math.Max(_largestToken, tokenBytes);
        }
    }

    /// <summary>Counts a failure; enough in a row, or the server's own word, close it for a while.</summary>
    public void Failed(TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            _failures++;
            var now = time.GetUtcNow();
            if (retryAfter is { } asked)
                _askedUntil = now + asked > _askedUntil ? now + asked : _askedUntil;
            else if (_failures >= options.FailuresToBreak)
                _brokenUntil = now + options.BreakFor;
        }
    }

    /// <summary>How long it is still to be left alone.</summary>
    public TimeSpan ClosedFor()
    {
        lock (_gate)
        {
            var left = ClosedUntil - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Dispose() => _transport?.Dispose();

    private DateTimeOffset ClosedUntil => _askedUntil > _brokenUntil ? _askedUntil : _brokenUntil;

    // In no second, wherever it begins, more than the limit: a server that counts from another moment than we do sees no more either.
    private TimeSpan? Turn(DateTimeOffset now)
    {
        if (_own?.MaxPerSecond is not { } most)
            return null;

        while (_sent.TryPeek(out var oldest) && now - oldest >= Second)
            _sent.Dequeue();
        if (_sent.Count == most)
            return _sent.Peek() + Second - now;

        _sent.Enqueue(now);
        return null;
    }
}

/// <param name="For">How long the server is to be left alone.</param>
/// <param name="IsBusy">It has had as many requests of this second as it may; nothing is wrong with it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimestampPause(TimeSpan For, bool IsBusy);
