using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Timestamps;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class AuthorityServerTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-tsa-");
    private readonly HttpClient _http = new();
    private AuthorityServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await AuthorityServer.StartAsync(TimeProvider.System, Cancellation);
        await AuthorityFiles.WriteAsync(_server.Authority, _folder.FullName, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("-sha256", "-cert")]
    [InlineData("-sha384", "-cert")]
    [InlineData("-sha512", "-cert")]
    [InlineData("-sha256", "-no_nonce", "-cert")]
    [InlineData("-sha256", "-cert", "-tspolicy", "1.2.3.4.1")]
    public async Task OpenSsl_accepts_its_tokens(params string[] query)
    {
        await File.WriteAllBytesAsync(In("data"), RandomNumberGenerator.GetBytes(1_000), Cancellation);
        (await OpenSslAsync(["ts", "-query", "-data", "data", "-out", "query.tsq", .. query])).ShouldSucceed();

        using var response = await PostAsync(await File.ReadAllBytesAsync(In("query.tsq"), Cancellation));
        await File.WriteAllBytesAsync(In("response.tsr"), await response.Content.ReadAsByteArrayAsync(Cancellation), Cancellation);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/timestamp-reply");
        (await OpenSslAsync("ts", "-verify", "-queryfile", "query.tsq", "-in", "response.tsr", "-CAfile", "root.pem", "-untrusted", "issuing.pem"))
            .ShouldSucceed();
        (await OpenSslAsync("ts", "-verify", "-data", "data", "-in", "response.tsr", "-CAfile", "root.pem", "-untrusted", "issuing.pem"))
            .ShouldSucceed();
    }

    [Fact]
    public async Task Sends_no_certificate_that_is_not_asked_for()
    {
        var request = Request(certificate: false);

        var token = request.ProcessResponse(await StampAsync(request), out _);

        token.AsSignedCms().Certificates.ShouldBeEmpty();
        _server.Requests.ShouldBe(1);
        _server.Issued.ShouldBe(1);
    }

    [Fact]
    public async Task Rejects_another_policy_and_another_hash_with_their_failures()
    {
        await File.WriteAllBytesAsync(In("data"), [1, 2, 3], Cancellation);

        (await FailureAsync("-sha256", "-tspolicy", "1.2.3.4.5")).ShouldContain("the requested TSA policy is not supported by the TSA");
        (await FailureAsync("-sha1")).ShouldContain("unrecognized or unsupported algorithm");

        _server.Issued.ShouldBe(0);
    }

    [Fact]
    public async Task Rejects_what_is_no_request()
    {
        using var garbage = await PostAsync([1, 2, 3]);
        await File.WriteAllBytesAsync(In("response.tsr"), await garbage.Content.ReadAsByteArrayAsync(Cancellation), Cancellation);
        using var page = await _http.PostAsync(_server.TimestampAddress, new StringContent("x"), Cancellation);
        using var large = await PostAsync(new byte[100_000]);

        (await OpenSslAsync("ts", "-reply", "-in", "response.tsr", "-text")).Output.ShouldContain("the data submitted has the wrong format");
        page.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Answers_busy_as_often_as_it_is_told()
    {
        _server.Misbehave(TimestampFault.Status(429, retryAfter: 7).Times(1));
        _server.Misbehave(TimestampFault.Status(503).Times(1));
        var request = Request();

        using var first = await PostAsync(request.Encode());
        using var second = await PostAsync(request.Encode());
        using var third = await PostAsync(request.Encode());

        first.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        first.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        second.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
        _server.Requests.ShouldBe(3);
        _server.Issued.ShouldBe(1);
    }

    [Theory]
    [InlineData("Garbage")]
    [InlineData("Rejection")]
    [InlineData("WrongNonce")]
    [InlineData("NoNonce")]
    [InlineData("WrongImprint")]
    [InlineData("WrongCertificate")]
    public async Task Bad_answers_do_not_pass_as_good_ones(string kind)
    {
        _server.Misbehave(TimestampFault.Of(Enum.Parse<TimestampFaultKind>(kind)));
        var request = Request();
        var response = await StampAsync(request);

        Should.Throw<CryptographicException>(() => request.ProcessResponse(response, out _));

        _server.Behave();
        request.ProcessResponse(await StampAsync(request), out _).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_broken_signature_is_only_that()
    {
        _server.Misbehave(TimestampFault.Of(TimestampFaultKind.BrokenSignature));
        var request = Request();
        var response = await StampAsync(request);
        var start = response.AsSpan().IndexOf(Convert.FromHexString("06092A864886F70D010702")) - 4;

        var cms = new SignedCms();
        cms.Decode(response.AsSpan(start));

        Should.Throw<CryptographicException>(() => cms.CheckSignature(verifySignatureOnly: true));
        Rfc3161TimestampTokenInfo.TryDecode(cms.ContentInfo.Content, out var info, out _).ShouldBeTrue();
        info!.GetMessageHash().ToArray().ShouldBe(request.GetMessageHash().ToArray());
    }

    [Fact]
    public async Task Drops_the_connection()
    {
        _server.Misbehave(TimestampFault.Of(TimestampFaultKind.Drop));

        await Should.ThrowAsync<HttpRequestException>(StampAsync(Request()));
    }

    [Fact]
    public async Task A_slow_answer_is_a_right_one()
    {
        _server.Misbehave(TimestampFault.Slow(TimeSpan.FromMilliseconds(30)));
        var request = Request();

        request.ProcessResponse(await StampAsync(request), out _).VerifySignatureForHash(
            request.GetMessageHash().Span, HashAlgorithmName.SHA256, out _, [_server.Authority.Issuing]).ShouldBeTrue();
    }

    [Fact]
    public async Task Serves_what_its_certificates_point_to()
    {
        using var certificate = _server.Authority.Issue(new RecipientOrder("a@example.test", "A", KeyKind.P256, RecipientFault.Revoked));
        await File.WriteAllTextAsync(In("leaf.pem"), certificate.ExportCertificatePem(), Cancellation);
        var text = (await OpenSslAsync("x509", "-in", "leaf.pem", "-noout", "-ext", "crlDistributionPoints,authorityInfoAccess")).ShouldSucceed().Output;
        var addresses = text.Split('\n').Where(line => line.Contains("URI:", StringComparison.Ordinal)).Select(line => line.Split("URI:")[1].Trim()).ToList();

        var served = await Task.WhenAll(addresses.Select(address => _http.GetByteArrayAsync(new Uri(address), Cancellation)));

        addresses.Count.ShouldBe(2);
        served.ShouldContain(content => content.SequenceEqual(_server.Authority.IssuingCrl));
        served.ShouldContain(content => content.SequenceEqual(_server.Authority.Issuing.RawData));
    }

    [Fact]
    public void Listens_on_this_machine_only() => IPAddress.IsLoopback(IPAddress.Parse(_server.TimestampAddress.Host)).ShouldBeTrue();

    private static Rfc3161TimestampRequest Request(bool certificate = true) => Rfc3161TimestampRequest.CreateFromHash(
        SHA256.HashData("statement"u8), HashAlgorithmName.SHA256, nonce: RandomNumberGenerator.GetBytes(8), requestSignerCertificates: certificate);

    private async Task<byte[]> StampAsync(Rfc3161TimestampRequest request)
    {
        using var response = await PostAsync(request.Encode());
        return await response.Content.ReadAsByteArrayAsync(Cancellation);
    }

    private Task<HttpResponseMessage> PostAsync(byte[] request) => _http.PostAsync(
        _server.TimestampAddress,
        new ByteArrayContent(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/timestamp-query") } },
        Cancellation);

    private async Task<string> FailureAsync(params string[] query)
    {
        (await OpenSslAsync(["ts", "-query", "-data", "data", "-out", "query.tsq", .. query])).ShouldSucceed();
        using var response = await PostAsync(await File.ReadAllBytesAsync(In("query.tsq"), Cancellation));
        await File.WriteAllBytesAsync(In("response.tsr"), await response.Content.ReadAsByteArrayAsync(Cancellation), Cancellation);
        return (await OpenSslAsync("ts", "-reply", "-in", "response.tsr", "-text")).ShouldSucceed().Output;
    }

    private Task<ExternalProgram> OpenSslAsync(params string[] arguments) => ExternalProgram.RunAsync("openssl", _folder.FullName, arguments);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
