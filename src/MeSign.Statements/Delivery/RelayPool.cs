using System.Collections.Concurrent;
using MailKit;

namespace MeSign.Statements.Delivery;

/// <summary>
/// The connections to one relay: never more than its limit, the last used first, replaced after so many messages, closed
/// when idle.
/// </summary>
internal sealed class RelayPool : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly RelayOptions _relay;
    private readonly RelayConnector _connector;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentStack<RelayClient> _idle = new();
    private readonly ITimer _sweep;

    /// <param name="id">Key under <c>MeSign:Relays</c>.</param>
    public RelayPool(string id, RelayOptions relay, MailLogin login, RelayTlsFaults faults, TimeProvider time)
    {
        Id = id;
        _relay = relay;
        _time = time;
        _connector = new RelayConnector(id, relay, login, faults);
        _places = new SemaphoreSlim(relay.MaxConnections);
        Health = new RelayHealth(relay, time);
        Limits = new SendingLimits(relay, time);
        _sweep = time.CreateTimer(_ => _ = CloseIdleAsync(), state: null, relay.IdleTimeout, relay.IdleTimeout / 2);
    }

    public string Id { get; }

    public RelayOptions Options => _relay;

    public RelayHealth Health { get; }

    public SendingLimits Limits { get; }

    /// <summary>Waits for the right to hold one connection; <see cref="Leave"/> gives it back.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    public void Leave() => _places.Release();

    /// <summary>A connection that waits for work, if there is one that is still good.</summary>
    /// <param name="smtpUtf8">Whether SMTPUTF8 is needed: one that gave it up is closed.</param>
    public async Task<RelayClient?> ReuseAsync(bool smtpUtf8)
    {
        while (_idle.TryPop(out var client))
        {
            if (client.IsStale() || _time.GetElapsedTime(client.IdleSince) >= _relay.IdleTimeout)
                client.Dispose();
            else if (smtpUtf8 && client.GaveUpSmtpUtf8)
                await CloseAsync(client);
            else
                return client;
        }

        return null;
    }

    public Task<RelayClient> ConnectAsync(CancellationToken cancellationToken) => _connector.ConnectAsync(cancellationToken);

    /// <summary>Keeps a connection for the next message. It must be between two transactions.</summary>
    public async Task KeepAsync(RelayClient client)
    {
        if (client.Messages >= _relay.MessagesPerConnection || client.IsStale())
        {
            await CloseAsync(client);
            return;
        }

        client.IdleSince = _time.GetTimestamp();
        _idle.Push(client);
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        while (_idle.TryPop(out var client))
            await CloseAsync(client);
        _places.Dispose();
    }

    private async Task CloseIdleAsync()
    {
        // Taken off and put back in one go: a worker that finds none in between opens a connection of its own.
        var taken = new RelayClient[Math.Max(_idle.Count, 1)];
        var count = _idle.TryPopRange(taken);
        for (var i = count - 1; i >= 0; i--)
        {
            if (_time.GetElapsedTime(taken[i].IdleSince) < _relay.IdleTimeout)
                _idle.Push(taken[i]);
            else
                await CloseAsync(taken[i]);
        }
    }

    /// <summary>Says QUIT, as RFC 5321 §4.1.1.10 wants it, but does not insist on an answer.</summary>
    private async Task CloseAsync(RelayClient client)
    {
        using var limit = new CancellationTokenSource(Farewell, _time);
        try
        {
            await client.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception gone) when (gone is IOException or ProtocolException or CommandException or OperationCanceledException or ObjectDisposedException)
        {
            // It is closed either way.
        }
        finally
        {
            client.Dispose();
        }
    }
}
