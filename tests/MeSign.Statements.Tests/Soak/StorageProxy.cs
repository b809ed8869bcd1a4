using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace MeSign.Statements.Tests.Soak;

/// <summary>
/// A bad line to one service of the storage: each connection is reset after a random number of bytes, wherever a request or an
/// answer is by then; while it is down, nobody gets through.
/// </summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private const int FewestBytes = 1_000_000;
    private const int MostBytes = 20_000_000;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Line, bool> _lines = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _cuts;

    public StorageProxy(int target)
    {
        _target = target;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections reset so far.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    public bool IsDown { get; private set; }

    public void GoDown()
    {
        IsDown = true;
        foreach (var line in _lines.Keys)
            line.Cut();
    }

    public void ComeBack() => IsDown = false;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        GoDown();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = CarryAsync(client);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var line = new Line(client, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), RandomNumberGenerator.GetInt32(FewestBytes, MostBytes));
        _lines[line] = true;
        try
        {
            if (IsDown || await line.RunAsync(_target))
                Interlocked.Increment(ref _cuts);
        }
        finally
        {
            line.Cut();
            _lines.TryRemove(line, out _);
        }
    }

    private sealed class Line(Socket client, Socket server, long budget)
    {
        private long _left = budget;

        /// <returns>Whether it was cut, not closed by one of the ends.</returns>
        public async Task<bool> RunAsync(int target)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, target);
                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
            }

            return Volatile.Read(ref _left) <= 0;
        }

        // Without lingering: both ends see a reset.
        public void Cut()
        {
            client.Close(0);
            server.Close(0);
        }

        private async Task CopyAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var count && Interlocked.Add(ref _left, -count) > 0)
                {
                    for (var sent = 0; sent < count;)
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
            }
        }
    }
}
