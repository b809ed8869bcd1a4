using System.Net;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sandbox.Authority;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Sandbox.Timestamps;

/// <summary>
/// The test authority on 127.0.0.1: RFC 3161 timestamps over HTTP, and the files that its certificates point to
/// (revocation lists and issuers).
/// </summary>
internal sealed class AuthorityServer : IAsyncDisposable
{
    private const int LargestRequest = 16 * 1024;

    private readonly WebApplication _web;
    private readonly X509Certificate2 _timestampCertificate;
    private readonly X509Certificate2 _impostor;
    private readonly TimestampIssuer _issuer;
    private readonly Lock _faultsLock = new();
    private volatile IReadOnlyList<TimestampFault> _faults = [];
    private int _requests;
    private int _issued;

    private AuthorityServer(WebApplication web, Uri address, TimeProvider time)
    {
        _web = web;
        Authority = new TestAuthority(address, time);
        TimestampAddress = new Uri(address, "tsa");
        _timestampCertificate = Authority.Issue(CertificateProfiles.TimestampServer());
        _impostor = Authority.Issue(new RecipientOrder("impostor@example.test", "Not a timestamp server", KeyKind.P256));
        _issuer = new TimestampIssuer(_timestampCertificate, _impostor, Authority.Issuing, time);
    }

    public TestAuthority Authority { get; }

    /// <summary>Where time-stamp requests are posted to.</summary>
    public Uri TimestampAddress { get; }

    /// <summary>Told of each time-stamp request before and after it is answered, with what stands behind the ? of its address; false drops the connection.</summary>
    public Func<string, bool>? Watch { get; set; }

    /// <summary>Time-stamp requests taken, however they were answered.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Tokens issued, good and bad ones.</summary>
    public int Issued => Volatile.Read(ref _issued);

    /// <param name="time">What the tokens say, and what validity is counted from.</param>
    /// <param name="port">A free one where 0.</param>
    public static async Task<AuthorityServer> StartAsync(TimeProvider time, CancellationToken cancellationToken, int port = 0)
    {
        // Empty: no configuration, no environment, so that nothing can bind it to another address.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
            options.Limits.MaxRequestBodySize = LargestRequest;
            options.AddServerHeader = false;
        });
        var web = builder.Build();
        AuthorityServer? server = null;
        web.UseRouting();
        web.MapPost("/tsa", (RequestDelegate)(context => server!.StampAsync(context)));
        web.MapGet("/root.crl", context => SendAsync(context, "application/pkix-crl", server!.Authority.RootCrl));
        web.MapGet("/issuing.crl", context => SendAsync(context, "application/pkix-crl", server!.Authority.IssuingCrl));
        web.MapGet("/root.cer", context => SendAsync(context, "application/pkix-cert", server!.Authority.Root.RawData));
        web.MapGet("/issuing.cer", context => SendAsync(context, "application/pkix-cert", server!.Authority.Issuing.RawData));
        await web.StartAsync(cancellationToken);

        var address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server = new AuthorityServer(web, new Uri(address), time);
        return server;
    }

    /// <summary>Adds a misbehaviour of the timestamp server; of several, the first that is not used up wins.</summary>
    public void Misbehave(TimestampFault fault)
    {
        lock (_faultsLock)
            _faults = [.. _faults, fault];
    }

    /// <summary>Forgets every misbehaviour.</summary>
    public void Behave()
    {
        lock (_faultsLock)
            _faults = [];
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        Authority.Dispose();
        _timestampCertificate.Dispose();
        _impostor.Dispose();
    }

    private async Task StampAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (IsCut(context))
            return;
        var fault = _faults.FirstOrDefault(each => each.Takes());
        switch (fault?.Kind)
        {
            case TimestampFaultKind.Drop:
                context.Abort();
                return;
            case TimestampFaultKind.Status:
                context.Response.StatusCode = fault.StatusCode;
                if (fault.RetryAfter is { } seconds)
                    context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return;
            case TimestampFaultKind.Garbage:
                await SendAsync(context, "application/timestamp-reply", "<html>It works!</html>"u8.ToArray());
                return;
            case TimestampFaultKind.Slow:
                await Task.Delay(fault.Delay, context.RequestAborted);
                break;
        }

        // RFC 3161 §3.4.
        if (context.Request.ContentType is not "application/timestamp-query")
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        using var request = new MemoryStream();
        await context.Request.Body.CopyToAsync(request, context.RequestAborted);
        var (response, granted) = _issuer.Respond(request.ToArray(), fault?.Kind);
        if (granted)
            Interlocked.Increment(ref _issued);
        if (!IsCut(context))
            await SendAsync(context, "application/timestamp-reply", response);
    }

    private bool IsCut(HttpContext context)
    {
        if (Watch is not { } watch || watch(context.Request.QueryString.Value?.TrimStart('?') ?? ""))
            return false;

        context.Abort();
        return true;
    }

    private static async Task SendAsync(HttpContext context, string type, byte[] content)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
