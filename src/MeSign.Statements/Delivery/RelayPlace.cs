namespace MeSign.Statements.Delivery;

/// <summary>The right to one of a relay's connections, for one message.</summary>
/// <param name="relay">Key under <c>MeSign:Relays</c>.</param>
/// <param name="pool">Null where no such relay is configured.</param>
/// <param name="timeout">Longest time for the message.</param>
internal sealed class RelayPlace(string relay, RelayPool? pool, TimeSpan timeout) : IDisposable
{
    public string Relay { get; } = relay;

    public RelayPool? Pool { get; } = pool;

    public TimeSpan Timeout { get; } = timeout;

    public void Dispose() => Pool?.Leave();
}
