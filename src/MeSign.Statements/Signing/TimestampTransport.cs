using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>RFC 3161 over HTTP (§3.4) to one server, with its login and its connections.</summary>
/// <param name="network">In place of connections; its owner disposes of it.</param>
internal sealed class TimestampTransport(Uri address, TimestampServerOptions? own, TimestampOptions options, TimeProvider time, HttpMessageHandler? network) : IDisposable
{
    private static readonly MediaTypeHeaderValue Query = new("application/timestamp-query");
    private static readonly MediaTypeWithQualityHeaderValue Reply = new("application/timestamp-reply");

    private readonly Lazy<HttpMessageInvoker> _http = new(() => network is null ? new(Connect(own, options)) : new(network, disposeHandler: false), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Why the address may not be asked as it is set up; null where it may.</summary>
    public string? Problem()
    {
        if (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            return null;
        if (address.Scheme != Uri.UriSchemeHttp || !options.AllowHttp)
            return $"is not https: use https, or set {TimestampOptions.Section}:AllowHttp for plain http";

        return HasLogin ? "has a login, which must not travel over plain http: use https" : null;
    }

    /// <returns>The body of a TimeStampResp.</returns>
    /// <exception cref="TimestampServerException">No answer in time, or one that is not a timestamp response.</exception>
    public async Task<byte[]> PostAsync(byte[] request, CancellationToken cancellationToken)
    {
        if (Problem() is { } problem)
            throw new TimestampServerException("misconfigured", problem);

        using var deadline = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(request) };
            message.Content.Headers.ContentType = Query;
            message.Headers.Accept.Add(Reply);
            message.Headers.Authorization = await LoginAsync(either.Token);
            using var response = await _http.Value.SendAsync(message, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new TimestampServerException("http", $"answered HTTP {(int)response.StatusCode}", RetryAfter(response));
            if (response.Content.Headers.ContentType?.MediaType is not "application/timestamp-reply" and var type)
                throw new TimestampServerException("malformed", $"answered with {(type is null ? "no content type" : "another content type")} than application/timestamp-reply");

            return await ReadAsync(response, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimestampServerException("timeout", $"did not answer in {options.Timeout.TotalSeconds:0} s", innerException: e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new TimestampServerException("tls", "fails the TLS handshake: its certificate is not trusted, or ours is not", innerException: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TimestampServerException("unreachable", "cannot be reached", innerException: e);
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private bool HasLogin => own is { User: not null } or { BearerTokenFile: not null } or { ClientPkcs12: not null };

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var stated = response.Content.Headers.ContentLength ?? options.MaxResponseBytes;
        var buffer = new byte[Math.Min(stated, options.MaxResponseBytes) + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= options.MaxResponseBytes
            ? buffer[..length]
            : throw new TimestampServerException("malformed", $"answered with more than {options.MaxResponseBytes} bytes");
    }

    // An hour is the most that we let another's clock hold our statements back.
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, TimeSpan.TicksPerSecond, TimeSpan.TicksPerHour)) : null;
    }

    // Read each time: a mounted secret may change while we run.
    private async Task<AuthenticationHeaderValue?> LoginAsync(CancellationToken cancellationToken)
    {
        if (own is { User: { } user, PasswordFile: { } passwordFile })
        {
            var password = await SecretAsync(passwordFile, cancellationToken);
            return new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }

        return own?.BearerTokenFile is { } tokenFile ? new("Bearer", await SecretAsync(tokenFile, cancellationToken)) : null;
    }

    private static async Task<string> SecretAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TimestampServerException("misconfigured", $"needs the login in {file}, which cannot be read", innerException: e);
        }
    }

    private static SocketsHttpHandler Connect(TimestampServerOptions? own, TimestampOptions options)
    {
        // A redirect would take the request, and a login, to a server that nobody configured.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = options.Timeout,
        };
        if (own?.ClientPkcs12 is { } file)
            handler.SslOptions.ClientCertificateContext = ClientCertificate(file, own.ClientPasswordFile);
        if (own is { TrustedRoots.Count: > 0 })
            handler.SslOptions.CertificateChainPolicy = OnlyTo(own.TrustedRoots);

        return handler;
    }

    private static X509ChainPolicy OnlyTo(IList<string> roots)
    {
        var anchors = TrustAnchors.Load(roots);
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(anchors.Roots.ToArray());
        policy.ExtraStore.AddRange(anchors.Intermediates.ToArray());
        policy.ApplicationPolicy.Add(new(Oids.ServerAuthentication));
        return policy;
    }

    // With what is above it in the file: a server may know the root alone (RFC 8446 §4.4.2).
    private static SslStreamCertificateContext ClientCertificate(string file, string? passwordFile)
    {
        try
        {
            var password = passwordFile is null ? null : File.ReadAllText(passwordFile).TrimEnd('\r', '\n');
            var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
            var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("The file has no private key.");
            return SslStreamCertificateContext.Create(own, all, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TimestampServerException("misconfigured", $"needs the client certificate in {file}, which does not open", innerException: e);
        }
    }
}
