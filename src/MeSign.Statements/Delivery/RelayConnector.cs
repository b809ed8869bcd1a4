using System.Net;
using System.Net.Sockets;
using MailKit.Security;

namespace MeSign.Statements.Delivery;

/// <summary>Opens connections to one relay: TCP, TLS as set, AUTH.</summary>
internal sealed class RelayConnector(RelayOptions relay)
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

            // Longer than an attempt may take: the attempt's own limit is the one that knows what had left by then.
            client = new RelayClient(socket, TrustedRoots.Load(relay.TrustedRoots), relay.Timeout + TimeSpan.FromSeconds(5));
            await client.ConnectAsync(socket, relay.Host, relay.EffectivePort, Security(relay.Tls), cancellationToken);
            if (!string.IsNullOrEmpty(relay.User))
                await AuthenticateAsync(client, cancellationToken);

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

    private async Task AuthenticateAsync(RelayClient client, CancellationToken cancellationToken)
    {
        string password;
        try
        {
            password = (await File.ReadAllTextAsync(relay.PasswordFile!, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new AuthenticationException($"the password file cannot be read: {unreadable.GetType().Name}", unreadable);
        }

        await client.AuthenticateAsync(new NetworkCredential(relay.User, password), cancellationToken);
    }

    private static SecureSocketOptions Security(TlsMode tls) => tls switch
    {
        TlsMode.Implicit => SecureSocketOptions.SslOnConnect,
        TlsMode.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };
}
