using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Tests.Delivery;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Signing;

/// <summary>How a client shows who it is, and knows whom it talks to.</summary>
public sealed class TimestampLoginTests : TimestampClientBench
{
    [Fact]
    public async Task Plain_http_beyond_loopback_needs_a_setting()
    {
        using var signing = new TestSigning();
        var server = new Uri("http://tsa.example.com/");

        (await DelayedAsync(signing, server)).Message.ShouldContain("is not https");
        signing.Timestamps.ProblemWith(server).ShouldNotBeNull();
        signing.Timestamps.ProblemWith(_server.Address).ShouldBeNull();
    }

    [Fact]
    public async Task Sends_a_Basic_login()
    {
        var password = Path.GetTempFileName();
        await File.WriteAllTextAsync(password, "s3cret\n", TestContext.Current.CancellationToken);
        using var signing = new TestSigning(settings: ForServer(("User", "bank"), ("PasswordFile", password)));

        await StampAsync(signing, _server.Address);

        _server.Requests.Single().Authorization.ToString().ShouldBe("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("bank:s3cret")));
        File.Delete(password);
    }

    [Fact]
    public async Task Sends_a_bearer_token()
    {
        var token = Path.GetTempFileName();
        await File.WriteAllTextAsync(token, "abc.def", TestContext.Current.CancellationToken);
        using var signing = new TestSigning(settings: ForServer(("BearerTokenFile", token)));

        await StampAsync(signing, _server.Address);

        _server.Requests.Single().Authorization.ToString().ShouldBe("Bearer abc.def");
        File.Delete(token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Over_TLS_only_the_roots_that_the_setting_names_count(bool trusted)
    {
        using var certificates = new RelayCertificates();
        using var others = new RelayCertificates();
        await using var server = await TestTimestampServer.StartAsync(tls: tls => tls.ServerCertificate = certificates.Server());
        using var files = new OpenSsl();
        using var signing = new TestSigning(settings: ForServer(
            server.Address, ("TrustedRoots:0", files.File("root.pem", (trusted ? certificates : others).RootPem))));

        var stamp = () => StampAsync(signing, server.Address);

        if (trusted)
            (await stamp()).ShouldNotBeNull();
        else
            (await stamp.ShouldThrowAsync<StatementDelayedException>()).Message.ShouldContain("fails the TLS handshake");
        server.Requests.Count.ShouldBe(trusted ? 1 : 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shows_its_client_certificate(bool configured)
    {
        using var certificates = new RelayCertificates();
        using var files = new OpenSsl();
        var client = TestAuthority.Shared.Issue(TestKeys.Get("P-256"), "CN=Bank's client", ["1.3.6.1.5.5.7.3.2"]);
        var shown = new List<string>();
        await using var server = await TestTimestampServer.StartAsync(tls: tls =>
        {
            tls.ServerCertificate = certificates.Server();
            tls.ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.RequireCertificate;
            tls.ClientCertificateValidation = (certificate, chain, _) =>
            {
                shown.AddRange([certificate.Subject, .. chain!.ChainPolicy.ExtraStore.Select(above => above.Subject)]);
                return true;
            };
        });
        List<(string, string)> settings = [("TrustedRoots:0", files.File("root.pem", certificates.RootPem))];
        if (configured)
        {
            settings.Add(("ClientPkcs12", files.File("client.p12", new X509Certificate2Collection { client, TestAuthority.Shared.Issuing }.Export(X509ContentType.Pkcs12, "s3cret")!)));
            settings.Add(("ClientPasswordFile", files.File("client.txt", "s3cret\n")));
        }

        using var signing = new TestSigning(settings: ForServer(server.Address, [.. settings]));

        var stamp = () => StampAsync(signing, server.Address);

        if (configured)
            (await stamp()).ShouldNotBeNull();
        else
            await stamp.ShouldThrowAsync<StatementDelayedException>();
        shown.Distinct().ShouldBe(configured ? ["CN=Bank's client", "CN=Test Issuing"] : []);
    }

    [Theory]
    [InlineData("User", "PasswordFile")]
    [InlineData("BearerTokenFile", null)]
    public void A_login_never_travels_over_plain_http(string key, string? other)
    {
        using var files = new OpenSsl();
        var server = new Uri("http://tsa.example/");
        List<(string, string)> settings = [(key, key == "User" ? "bank" : files.File("token.txt", "abc"))];
        if (other is not null)
            settings.Add((other, files.File("password.txt", "s3cret")));
        var all = ForServer(server, [.. settings]);
        all["MeSign:Timestamps:AllowHttp"] = "true";
        using var signing = new TestSigning(settings: all);

        signing.Timestamps.ProblemWith(server).ShouldBe("has a login, which must not travel over plain http: use https");
        signing.Timestamps.ProblemWith(new("http://other.example/")).ShouldBeNull();
    }
}
