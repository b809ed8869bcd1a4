using System.Net.Sockets;

namespace MeSign.Statements.Delivery;

/// <summary>Opens connections to one relay: TCP, TLS as set, AUTH.</summary>
/// <param name="id">Key under <c>MeSign:Relays</c>.</param>
internal sealed class RelayConnector(string id, RelayOptions relay, MailLogin login, RelayTlsFaults faults)
{
    public async Task<RelayClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        RelayClient? client = null;
        try
        {
            // Without it, Nagle's delay and delayed acknowledgements cost up to 40 ms at every step of the dialogue.
            socket.NoDelay = true;
            await socket.ConnectAsync(relay.Host, relay.EffectivePort, cancellationToken);

            client = new RelayClient(socket, relay, fault => faults.Report(id, fault, relay.TlsPolicy));
            await SecureAsync(client, socket, cancellationToken);
            if (!string.IsNullOrEmpty(relay.User))
                await login.AuthenticateAsync(client, relay.User, relay.PasswordFile, relay.TokenScope, cancellationToken);

            var connected = client;
            client = null;
            socket = null;
            return connected;
        }
        finally
        {
            client?.Dispose();
            socket?.Dispose();
        }
    }

    private async Task SecureAsync(RelayClient client, Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            await client.ConnectAsync(socket, relay.Host, relay.EffectivePort, MailTls.Security(relay.Tls), cancellationToken);
        }
        catch (NotSupportedException)
        {
            faults.Report(id, TlsFault.StarttlsNotSupported, relay.TlsPolicy);
            throw;
        }
    }
}
