using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

/// <summary>A signer whose certificates say where their revocation is told.</summary>
public abstract class ValidationMaterialBench
{
    private protected readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private protected static async Task<bool> WriteAsync(HttpContext context, byte[] body)
    {
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
        return true;
    }

    private protected static Task<bool> FailAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.FromResult(true);
    }

    private protected TestSigning Signing(params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => $"MeSign:Revocation:{setting.Key}", setting => (string?)setting.Value);
        return new(settings: all, time: _time);
    }

    private protected static SigningIdentity Identity(TestRevocationServer server)
    {
        var certificate = server.Authority.Issue(TestKeys.Get("P-256"));
        return new(X509CertificateLoader.LoadCertificate(certificate.RawData), [server.Authority.Issuing], new Pkcs12SigningKey(certificate), HashAlgorithmName.SHA256)
        {
            Root = server.Authority.Root,
        };
    }

    private protected static Task<ValidationMaterial> GatherAsync(TestSigning signing, SigningIdentity identity, params TimestampToken[] tokens) =>
        signing.Services.GetRequiredService<ValidationMaterialSource>().GatherAsync(identity, tokens, TestContext.Current.CancellationToken);

    private protected static Task<StatementDelayedException> DelayedAsync(TestSigning signing, SigningIdentity identity, params TimestampToken[] tokens) =>
        Should.ThrowAsync<StatementDelayedException>(() => GatherAsync(signing, identity, tokens));
}
