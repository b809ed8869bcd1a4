using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Tests.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tsp;
using Org.BouncyCastle.Utilities.Collections;
using Org.BouncyCastle.X509;

namespace MeSign.Statements.Tests.Signing;

/// <summary>An RFC 3161 authority over HTTP by BouncyCastle, another implementation than the one under test.</summary>
internal sealed class TestTimestampServer : IAsyncDisposable
{
    public const string Policy = "1.3.6.1.4.1.99999.3161.1";

    private readonly WebApplication _app;
    private long _serial;

    private TestTimestampServer(WebApplication app, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> chain)
    {
        _app = app;
        Certificate = certificate;
        Chain = chain;
    }

    public X509Certificate2 Certificate { get; set; }

    public IReadOnlyList<X509Certificate2> Chain { get; set; }

    public Uri Address { get; private set; } = null!;

    /// <summary>Every request's head, in the order of arrival.</summary>
    public ConcurrentQueue<IHeaderDictionary> Requests { get; } = new();

    /// <summary>Stands in the server's way; null answers as the standard says.</summary>
    public Func<HttpContext, byte[], Task>? Instead { get; set; }

    public Func<DateTime> Clock { get; set; } = () => TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>Changes the query before it is answered: a reply to another question.</summary>
    public Func<TimeStampRequest, TimeStampRequest>? Twist { get; set; }

    public static async Task<TestTimestampServer> StartAsync(
        TestAuthority? authority = null, X509Certificate2? certificate = null, Action<HttpsConnectionAdapterOptions>? tls = null)
    {
        authority ??= TestAuthority.Shared;
        certificate ??= authority.Issue(TestKeys.Get("TSA"), "CN=Test TSA", ["1.3.6.1.5.5.7.3.8"], criticalPurposes: true, X509KeyUsageFlags.DigitalSignature);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (tls is null)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port => port.UseHttps(tls)));
        var app = builder.Build();
        var server = new TestTimestampServer(app, certificate, [authority.Issuing]);
        app.MapPost("/tsr", server.AnswerAsync);
        await app.StartAsync();
        server.Address = new(app.Urls.Single().Replace("https://127.0.0.1", "https://localhost", StringComparison.Ordinal) + "/tsr");
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>A TimeStampResp for a query.</summary>
    public byte[] Respond(byte[] query)
    {
        var request = new TimeStampRequest(query);
        request = Twist?.Invoke(request) ?? request;
        var parser = new X509CertificateParser();
        var certificates = new[] { Certificate }.Concat(Chain).Select(one => parser.ReadCertificate(one.RawData)).ToList();
        var rsa = Certificate.GetRSAPrivateKey()!;
        var key = DotNetUtilities.GetRsaKeyPair(rsa.ExportParameters(true)).Private;
        var signer = new SignerInfoGeneratorBuilder().Build(new Asn1SignatureFactory("SHA256WITHRSA", key), certificates[0]);
        var tokens = new TimeStampTokenGenerator(signer, Asn1DigestFactory.Get(NistObjectIdentifiers.IdSha256), new(Policy), true);
        tokens.SetCertificates(CollectionUtilities.CreateStore(certificates));
        var responses = new TimeStampResponseGenerator(tokens, TspAlgorithms.Allowed);
        return responses.Generate(request, BigInteger.ValueOf(Interlocked.Increment(ref _serial)), Clock()).GetEncoded();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary()));
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (Instead is { } instead)
        {
            await instead(context, body.ToArray());
            return;
        }

        context.Response.ContentType = "application/timestamp-reply";
        await context.Response.Body.WriteAsync(Respond(body.ToArray()), context.RequestAborted);
    }
}
