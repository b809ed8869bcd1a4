using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>A port of 127.0.0.1 for a server that opens it later, or once more.</summary>
internal static class ServerPort
{
    // Another one for each, and not the same as in another run of the tests beside this one.
    private static int _last = RandomNumberGenerator.GetInt32(20_000, 30_000);

    /// <summary>Below those that Linux hands out to whoever wants any: the other tests get theirs there.</summary>
    public static int Free()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Interlocked.Increment(ref _last));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    /// <summary>Waits until a server listens, and sees that it is the one that is meant.</summary>
    /// <param name="greeting">What its first line holds; null where it does not speak first.</param>
    public static async Task OpenAsync(int port, string? greeting)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                using var reader = new StreamReader(client.GetStream());
                if (greeting is not null)
                    (await reader.ReadLineAsync(limit.Token)).ShouldNotBeNull().ShouldContain(greeting, customMessage: $"another server listens on {port}");
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }
}
