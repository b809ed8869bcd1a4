using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MeSign.Statements.Signing;

/// <summary>One RFC 3161 server over HTTP (RFC 3161 §3.4): its connections, its login, and whether it is worth asking now.</summary>
internal sealed class TimestampServer : IDisposable
{
    private readonly TimestampOptions _options;
    private readonly TimestampServerOptions? _own;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Lock _gate = new();
    private int _failures;
    private int _sentThisSecond;
    private long _second;
    private int _largestToken;
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    public TimestampServer(Uri address, TimestampOptions options, TimeProvider time)
    {
        if (!IsSafe(address) && !options.AllowHttp)
            throw new InvalidDataException($"The timestamp server {address} is not https: use https, or set {TimestampOptions.Section}:AllowHttp.");

        Address = address;
        _options = options;
        _own = options.Servers.FirstOrDefault(server => server.Address == address);
        _time = time;
        _http = Connect();
    }

    public Uri Address { get; }

    public string? Policy => _own?.Policy;

    /// <summary>Size in bytes of the largest token that it sent; 0 before the first.</summary>
    public int LargestToken => Volatile.Read(ref _largestToken);

    /// <summary>Asks to send one request now.</summary>
    /// <returns>Null to go ahead; otherwise how long the server is to be left alone.</returns>
    public TimeSpan? Enter()
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (now < _closedUntil)
                return _closedUntil - now;

            // Half open: one request goes to see, the rest go elsewhere until it is back.
            if (_failures >= _options.FailuresToBreak)
                _closedUntil = now + _options.Timeout;

            if (_own?.MaxPerSecond is not { } most)
                return null;
            var second = now.ToUnixTimeSeconds();
            if (second != _second)
                (_second, _sentThisSecond) = (second, 0);
            return ++_sentThisSecond > most ? DateTimeOffset.FromUnixTimeSeconds(second + 1) - now : null;
        }
    }

    public void Succeeded(int tokenBytes)
    {
        lock (_gate)
        {
            _failures = 0;
            _closedUntil = DateTimeOffset.MinValue;
            _largestToken = Math.Max(_largestToken, tokenBytes);
        }
    }

    /// <summary>Counts a failure; enough in a row, or the server's own word, close it for a while.</summary>
    public void Failed(TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            _failures++;
            if (retryAfter is { } asked)
                _closedUntil = _time.GetUtcNow() + asked;
            else if (_failures >= _options.FailuresToBreak)
                _closedUntil = _time.GetUtcNow() + _options.BreakFor;
        }
    }

    /// <summary>How long it is still to be left alone.</summary>
    public TimeSpan ClosedFor()
    {
        lock (_gate)
        {
            var left = _closedUntil - _time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <returns>The body of a TimeStampResp.</returns>
    /// <exception cref="TimestampServerException">No answer in time, or one that is not a timestamp response.</exception>
    public async Task<byte[]> PostAsync(byte[] request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(request) };
            message.Content.Headers.ContentType = new("application/timestamp-query");
            message.Headers.Accept.Add(new("application/timestamp-reply"));
            message.Headers.Authorization = await LoginAsync(either.Token);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new TimestampServerException("http", $"answered HTTP {(int)response.StatusCode}", RetryAfter(response));
            if (response.Content.Headers.ContentType?.MediaType is not "application/timestamp-reply" and var type)
                throw new TimestampServerException("malformed", $"answered with {(type is null ? "no content type" : "another content type")} than application/timestamp-reply");

            return await ReadAsync(response, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimestampServerException("timeout", $"did not answer in {_options.Timeout.TotalSeconds:0} s", innerException: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TimestampServerException("unreachable", "cannot be reached", innerException: e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[_options.MaxResponseBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= _options.MaxResponseBytes
            ? buffer[..length]
            : throw new TimestampServerException("malformed", $"answered with more than {_options.MaxResponseBytes} bytes");
    }

    // An hour is the most that we let another's clock hold our statements back.
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, TimeSpan.TicksPerSecond, TimeSpan.TicksPerHour)) : null;
    }

    // Read each time: a mounted secret may change while we run.
    private async Task<AuthenticationHeaderValue?> LoginAsync(CancellationToken cancellationToken)
    {
        if (_own is { User: { } user, PasswordFile: { } passwordFile })
        {
            var password = await SecretAsync(passwordFile, cancellationToken);
            return new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }

        return _own?.BearerTokenFile is { } tokenFile ? new("Bearer", await SecretAsync(tokenFile, cancellationToken)) : null;
    }

    private static async Task<string> SecretAsync(string file, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(file, cancellationToken)).TrimEnd('\r', '\n');

    private HttpClient Connect()
    {
        // A redirect would take the request, and a login, to a server that nobody configured.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = _options.Timeout,
        };
        if (_own?.ClientPkcs12 is { } file)
        {
            var password = _own.ClientPasswordFile is { } passwordFile ? File.ReadAllText(passwordFile).TrimEnd('\r', '\n') : null;
            handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12FromFile(file, password)];
        }

        return new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
