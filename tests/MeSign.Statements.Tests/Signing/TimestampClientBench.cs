using System.Security.Cryptography;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.AspNetCore.Http;

namespace MeSign.Statements.Tests.Signing;

/// <summary>One timestamp server, and what a client is told of others.</summary>
public abstract class TimestampClientBench : IAsyncLifetime
{
    private protected static readonly byte[] Digest = SHA256.HashData("a signature"u8);
    private protected TestTimestampServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestTimestampServer.StartAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _server.DisposeAsync();
    }

    private protected static Task<TimestampToken> StampAsync(TestSigning signing, params Uri[] servers) =>
        signing.Timestamps.StampAsync(Digest, HashAlgorithmName.SHA256, servers, TestContext.Current.CancellationToken);

    private protected static Task<StatementDelayedException> DelayedAsync(TestSigning signing, params Uri[] servers) =>
        Should.ThrowAsync<StatementDelayedException>(() => StampAsync(signing, servers));

    private protected static async Task AnswerAsync(HttpContext context, byte[] body, string contentType = "application/timestamp-reply")
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private protected static Task FailAsync(HttpContext context, int status, string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    }

    private protected static async Task<Uri> ClosedPortAsync()
    {
        await using var gone = await TestTimestampServer.StartAsync();
        return gone.Address;
    }

    private protected Dictionary<string, string?> ForServer(params (string Key, string Value)[] settings) => ForServer(_server.Address, settings);

    private protected static Dictionary<string, string?> ForServer(Uri address, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => $"MeSign:Timestamps:Servers:0:{setting.Key}", setting => (string?)setting.Value);
        all["MeSign:Timestamps:Servers:0:Address"] = address.ToString();
        return all;
    }

    /// <summary>Responses in the standard's form by a certificate that BouncyCastle itself would refuse to stamp with.</summary>
    private protected static Func<byte[], byte[]> Respond(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        query => HandMadeToken.Respond(query, certificate, [TestAuthority.Shared.Issuing]);
}
