using System.Net;
using System.Net.Sockets;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>A line to a server outside, of which each piece that a worker sends and each that comes back is a step: where it dies of one, that piece is not carried any more.</summary>
internal sealed class CrashWire : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _name;
    private readonly int _target;
    private readonly Func<string, bool> _survives;

    /// <param name="survives">Takes the step; false where the worker is dead, now or already.</param>
    public CrashWire(string name, int target, Func<string, bool> survives)
    {
        (_name, _target, _survives) = (name, target, survives);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The scene is over.
        }
    }

    private async Task CarryAsync(Socket worker)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (worker)
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(CopyAsync(worker, server, $"before {_name}"), CopyAsync(server, worker, $"after {_name}"));
        }
    }

    private async Task CopyAsync(Socket from, Socket to, string step)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count && _survives(step))
            {
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // One side hung up, or the other direction has ended and closed both.
        }
    }
}
