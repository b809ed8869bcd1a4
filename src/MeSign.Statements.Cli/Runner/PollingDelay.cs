using System.Security.Cryptography;

namespace MeSign.Statements.Cli.Runner;

/// <summary>
/// How long to wait before the next look at a queue that had nothing: 100 ms at first, about twice as long each time, up
/// to a limit. A fifth of chance keeps many processes from looking at the same instant.
/// </summary>
internal sealed class PollingDelay(TimeSpan longest)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    private TimeSpan _current = TimeSpan.Zero;

    public void Reset() => _current = TimeSpan.Zero;

    public TimeSpan Next()
    {
        _current = _current == TimeSpan.Zero ? Shortest : _current * 2;
        if (_current >= longest)
            return _current = longest;

        return _current * (RandomNumberGenerator.GetInt32(80, 121) / 100.0);
    }
}
