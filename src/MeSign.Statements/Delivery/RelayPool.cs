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

    private readonly RelayOptions relay;
    private readonly RelayConnector connector;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim places;
    private readonly ConcurrentStack<RelayClient> idle = new();
    private readonly ITimer sweep;

    public RelayPool(RelayOptions relay, TimeProvider time)
    {
        this.relay = relay;
        this.time = time;
        connector = new RelayConnector(relay);
        places = new SemaphoreSlim(relay.MaxConnections);
        sweep = time.CreateTimer(_ => _ = CloseIdleAsync(), state: null, relay.IdleTimeout, relay.IdleTimeout / 2);
    }

    /// <summary>Waits for the right to hold one connection; <see cref="Leave"/> gives it back.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => places.WaitAsync(cancellationToken);

    public void Leave() => places.Release();

    /// <summary>A connection that waits for work, if there is one that is still good.</summary>
    public RelayClient? Reuse()
    {
        while (idle.TryPop(out var client))
        {
            if (!client.IsStale() && time.GetElapsedTime(client.IdleSince) < relay.IdleTimeout)
                return client;

            client.Dispose();
        }

        return null;
    }

    public Task<RelayClient> ConnectAsync(CancellationToken cancellationToken) => connector.ConnectAsync(cancellationToken);

    /// <summary>Keeps a connection for the next message. It must be between two transactions.</summary>
    public async Task KeepAsync(RelayClient client)
    {
        if (client.Messages >= relay.MessagesPerConnection || client.IsStale())
        {
            await CloseAsync(client);
            return;
        }

        client.IdleSince = time.GetTimestamp();
        idle.Push(client);
    }

    public async ValueTask DisposeAsync()
    {
        await sweep.DisposeAsync();
        while (idle.TryPop(out var client))
            await CloseAsync(client);
        places.Dispose();
    }

    private async Task CloseIdleAsync()
    {
        // Taken off and put back in one go: a worker that finds none in between opens a connection of its own.
        var taken = new RelayClient[Math.Max(idle.Count, 1)];
        var count = idle.TryPopRange(taken);
        for (var i = count - 1; i >= 0; i--)
        {
            if (time.GetElapsedTime(taken[i].IdleSince) < relay.IdleTimeout)
                idle.Push(taken[i]);
            else
                await CloseAsync(taken[i]);
        }
    }

    /// <summary>Says QUIT, as RFC 5321 §4.1.1.10 wants it, but does not insist on an answer.</summary>
    private async Task CloseAsync(RelayClient client)
    {
        using var limit = new CancellationTokenSource(Farewell, time);
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
