using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>Asks OCSP responders (RFC 6960 appendix A) and CRL servers over HTTP, with limits: the addresses are not ours.</summary>
internal sealed class RevocationTransport : IDisposable
{
    private const int MaxRedirects = 3;
    private static readonly HttpRequestOptionsKey<string> Named = new("host that the certificate names");

    private readonly RevocationOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public RevocationTransport(IOptions<RevocationOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = MaxRedirects,
            UseCookies = false,
            MaxConnectionsPerServer = 4,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <returns>The body of an OCSP response.</returns>
    /// <exception cref="RevocationUnknownException">None in time, or a larger one than is allowed.</exception>
    public Task<byte[]> AskAsync(Uri responder, byte[] request, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, responder) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = new("application/ocsp-request");
        message.Headers.Accept.Add(new("application/ocsp-response"));
        return SendAsync(message, _options.MaxOcspBytes, cancellationToken);
    }

    /// <returns>The body behind a distribution point.</returns>
    /// <inheritdoc cref="AskAsync" path="/exception"/>
    public Task<byte[]> GetListAsync(Uri address, CancellationToken cancellationToken) =>
        SendAsync(new(HttpMethod.Get, address), _options.MaxCrlBytes, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> SendAsync(HttpRequestMessage message, int most, CancellationToken cancellationToken)
    {
        var host = message.RequestUri!.Host;
        message.Options.Set(Named, message.RequestUri.IdnHost);
        using var request = message;
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new RevocationUnknownException($"{host} answered HTTP {(int)response.StatusCode}", outcome: "http");
            if (response.Content.Headers.ContentLength > most)
                throw TooLarge(host, most);

            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return await ReadAsync(body, host, most, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RevocationUnknownException($"{host} did not answer in {_options.Timeout.TotalSeconds:0} s", e, "timeout");
        }
        catch (HttpRequestException e) when (e.InnerException is RevocationUnknownException refused)
        {
            throw new RevocationUnknownException(refused.Message, e, refused.Outcome);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new RevocationUnknownException($"{host} cannot be reached", e, "unreachable");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body, string host, int most, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (all.Length + read > most)
                throw TooLarge(host, most);
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    // Names are resolved here and the connection goes to the address that was judged: a name that changes its mind gains nothing.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var endpoint = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken);

        // Another host than the request's is the proxy that the installation has chosen.
        var request = context.InitialRequestMessage;
        var isProxy = endpoint.Host != request.RequestUri?.IdnHost;
        var isNamed = request.Options.TryGetValue(Named, out var named) && endpoint.Host == named;
        if (!isProxy && !(isNamed && _options.AllowPrivateAddresses))
            addresses = [.. addresses.Where(address => !PrivateAddresses.Contains(address))];
        if (addresses is [])
        {
            throw new RevocationUnknownException(
                isNamed ? $"{endpoint.Host} has only private addresses, which {RevocationOptions.Section}:AllowPrivateAddresses would allow" : $"{named} leads to {endpoint.Host}, which has only private addresses",
                outcome: "private");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endpoint.Port, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }

        return new NetworkStream(socket, ownsSocket: true);
    }

    private static RevocationUnknownException TooLarge(string host, int most) => new($"{host} answered with more than {most} bytes", outcome: "oversized");
}
