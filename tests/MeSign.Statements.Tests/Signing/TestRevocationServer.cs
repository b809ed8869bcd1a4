using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Tests.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Ocsp;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using X509Certificate = Org.BouncyCastle.X509.X509Certificate;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace MeSign.Statements.Tests.Signing;

/// <summary>An authority whose certificates point here, with its OCSP responder and its CRLs by BouncyCastle.</summary>
internal sealed class TestRevocationServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestRevocationServer(WebApplication app) => _app = app;

    public TestAuthority Authority { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    /// <summary>Method and path of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What is revoked, by serial number.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Revoked { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Stands in the way of requests; true where it has answered.</summary>
    public Func<HttpContext, Task<bool>> Instead { get; set; } = _ => Task.FromResult(false);

    public Func<DateTimeOffset> ThisUpdate { get; set; } = TimeProvider.System.GetUtcNow;

    public TimeSpan? GoodFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Signs OCSP responses of the issuing authority in its name.</summary>
    public (X509Certificate2 Certificate, bool ByKey)? Delegate { get; set; }

    /// <summary>The issuingDistributionPoint of an issuer's list; absent where null.</summary>
    public Func<string, string?> ListPoint { get; set; } = _ => null;

    public static async Task<TestRevocationServer> StartAsync(bool ocsp = true, bool crl = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new TestRevocationServer(app);
        app.Use(async (context, next) =>
        {
            server.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            if (!await server.Instead(context))
                await next();
        });
        app.MapPost("/ocsp/{issuer}", server.AnswerAsync);
        app.MapGet("/crl/{issuer}", (string issuer) => Results.Bytes(server.List(issuer), "application/pkix-crl"));
        await app.StartAsync();
        server.Address = new(app.Urls.Single());
        server.Authority = new("Revoking", issuer =>
        [
            .. Enumerable.Repeat(new X509AuthorityInformationAccessExtension([$"{server.Address}ocsp/{issuer}"], []), ocsp ? 1 : 0),
            .. Enumerable.Repeat(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{server.Address}crl/{issuer}"]), crl ? 1 : 0),
        ], (RSA)TestKeys.Get("Revoking"));
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public void Revoke(X509Certificate2 certificate, DateTimeOffset at) => Revoked[certificate.SerialNumber] = at;

    public byte[] List(string issuer)
    {
        var (certificate, key) = Find(issuer);
        var generator = new X509V2CrlGenerator();
        generator.SetIssuerDN(certificate.SubjectDN);
        generator.SetThisUpdate(ThisUpdate().UtcDateTime);
        if (GoodFor is { } goodFor)
            generator.SetNextUpdate((ThisUpdate() + goodFor).UtcDateTime);
        foreach (var (serial, at) in Revoked)
            generator.AddCrlEntry(new(serial, 16), at.UtcDateTime, CrlReason.KeyCompromise);
        if (ListPoint(issuer) is { } point)
        {
            var name = new DistributionPointName(new GeneralNames(new GeneralName(GeneralName.UniformResourceIdentifier, point)));
            generator.AddExtension(X509Extensions.IssuingDistributionPoint, true, new IssuingDistributionPoint(name, false, false, null, false, false));
        }

        return generator.Generate(Signature(key)).GetEncoded();
    }

    public byte[] Respond(byte[] query, string issuer)
    {
        var (certificate, key) = Find(issuer);
        var responder = new RespID(certificate.SubjectDN);
        X509Certificate[] chain = [];
        if (Delegate is { } other && issuer == "issuing")
        {
            var named = new X509CertificateParser().ReadCertificate(other.Certificate.RawData);
            (responder, chain) = (other.ByKey ? new(named.GetPublicKey()) : new(named.SubjectDN), [named]);
            key = Private(other.Certificate.GetRSAPrivateKey()!);
        }

        var generator = new BasicOcspRespGenerator(responder);
        foreach (var request in new OcspReq(query).GetRequestList())
        {
            var id = request.GetCertID();
            var serial = id.SerialNumber.ToString(16);
            var status = Revoked.FirstOrDefault(pair => new BigInteger(pair.Key, 16).Equals(id.SerialNumber)) is { Key: not null } entry
                ? new RevokedStatus(entry.Value.UtcDateTime, CrlReason.KeyCompromise)
                : CertificateStatus.Good;
            generator.AddResponse(id, status, ThisUpdate().UtcDateTime, GoodFor is { } goodFor ? (ThisUpdate() + goodFor).UtcDateTime : null, null);
        }

        var response = generator.Generate(Signature(key), chain, ThisUpdate().UtcDateTime);
        return new OCSPRespGenerator().Generate(OCSPRespGenerator.Successful, response).GetEncoded();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Request.ContentType.ShouldBe("application/ocsp-request");
        context.Response.ContentType = "application/ocsp-response";
        await context.Response.Body.WriteAsync(Respond(body.ToArray(), (string)context.Request.RouteValues["issuer"]!), context.RequestAborted);
    }

    private (X509Certificate Certificate, AsymmetricKeyParameter Key) Find(string issuer)
    {
        var (certificate, key) = issuer == "root" ? (Authority.Root, Authority.RootKey) : (Authority.Issuing, Authority.IssuingKey);
        return (new X509CertificateParser().ReadCertificate(certificate.RawData), Private(key));
    }

    private static AsymmetricKeyParameter Private(AsymmetricAlgorithm key) => PrivateKeyFactory.CreateKey(key.ExportPkcs8PrivateKey());

    private static Asn1SignatureFactory Signature(AsymmetricKeyParameter key) =>
        new(key is Org.BouncyCastle.Crypto.Parameters.RsaKeyParameters ? "SHA256WITHRSA" : "SHA256WITHECDSA", key);
}
