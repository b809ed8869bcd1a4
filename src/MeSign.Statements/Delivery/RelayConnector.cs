using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailKit.Security;

namespace MeSign.Statements.Delivery;

/// <summary>Opens connections to one relay: TCP, TLS as set, AUTH.</summary>
internal sealed class RelayConnector(RelayOptions relay)
{
    private readonly X509Certificate2Collection roots = Load(relay.TrustedRoots);

    public async Task<RelayClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        RelayClient? client = null;
        try
        {
            // Without it, Nagle's delay and delayed acknowledgements cost up to 40 ms at every step of the dialogue.
            socket.NoDelay = true;
            await socket.ConnectAsync(relay.Host, relay.EffectivePort, cancellationToken);

            client = new RelayClient(socket, roots, relay.Timeout);
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

    private static X509Certificate2Collection Load(IEnumerable<string> files)
    {
        var loaded = new X509Certificate2Collection();
        foreach (var file in files)
        {
            try
            {
                if (IsDer(file))
                    loaded.Add(X509CertificateLoader.LoadCertificateFromFile(file));
                else
                    loaded.ImportFromPemFile(file);
            }
            catch (CryptographicException unreadable)
            {
                throw new InvalidDataException($"MeSign:Relays: TrustedRoots \"{file}\" is not a certificate in PEM or DER", unreadable);
            }
        }

        return loaded;
    }

    // A DER certificate is a SEQUENCE; PEM begins with text.
    private static bool IsDer(string file)
    {
        using var stream = File.OpenRead(file);
        return stream.ReadByte() == 0x30;
    }
}
