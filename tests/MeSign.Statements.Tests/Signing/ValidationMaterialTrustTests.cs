using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.AspNetCore.Http;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Which responders and lists are believed.</summary>
public sealed class ValidationMaterialTrustTests : ValidationMaterialBench
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Believes_a_responder_that_the_issuer_named(bool byKey)
    {
        await using var server = await TestRevocationServer.StartAsync(crl: false);
        using var signing = Signing();
        server.Delegate = (Responder(server.Authority), byKey);

        (await GatherAsync(signing, Identity(server))).Ocsps.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Asks_its_issuers_list_about_a_responder_that_may_be_revoked()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        server.Delegate = (Responder(server.Authority, noCheck: false), false);
        var identity = Identity(server);

        var material = await GatherAsync(signing, identity);

        material.Ocsps.Count.ShouldBe(2);
        material.Crls.ShouldHaveSingleItem("the list that clears the responder goes into the document with its answer");
        var known = CrlSet.Of(material.Crls, material.Ocsps);
        known.Find(identity.Certificate, server.Authority.Issuing, _time.GetUtcNow()).IsGood.ShouldBeTrue();
        CrlSet.Of([], material.Ocsps).Find(identity.Certificate, server.Authority.Issuing, _time.GetUtcNow()).Unknown!.ShouldContain("id-pkix-ocsp-nocheck");
    }

    [Fact]
    public async Task Does_not_believe_a_responder_that_its_issuers_list_revokes()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        var responder = Responder(server.Authority, noCheck: false);
        server.Delegate = (responder, false);
        server.Revoke(responder, _time.GetUtcNow().AddDays(-1));

        var material = await GatherAsync(signing, Identity(server));

        material.Ocsps.ShouldHaveSingleItem("only the root's, about the issuing authority");
        material.Crls.ShouldHaveSingleItem("the list takes the place of the answer");
    }

    [Theory]
    [InlineData("another issuer", "whom the certificate's issuer did not name")]
    [InlineData("no purpose", "not for OCSP")]
    [InlineData("no nocheck", "id-pkix-ocsp-nocheck is missing")]
    [InlineData("expired", "when its responder's certificate was not valid")]
    [InlineData("overdue", "out of date")]
    [InlineData("future", "from the future")]
    [InlineData("changed", "has a signature that does not match")]
    [InlineData("another certificate", "answered for another certificate")]
    [InlineData("try later", "no usable OCSP response")]
    [InlineData("garbage", "no usable OCSP response")]
    [InlineData("large", "more than 65536 bytes")]
    [InlineData("silent", "did not answer in 10 s")]
    public async Task Refuses_a_response_and_waits(string fault, string problem)
    {
        await using var server = await TestRevocationServer.StartAsync(crl: false);
        using var signing = Signing();
        var identity = Identity(server);
        Break(server, fault);

        var delayed = await DelayedAsync(signing, identity);

        delayed.Message.ShouldContain("The revocation status of CN=Example Bank is unknown");
        delayed.Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("another issuer", "signature does not match")]
    [InlineData("overdue", "out of date")]
    [InlineData("future", "from the future")]
    [InlineData("another point", "scope leaves the certificate out")]
    [InlineData("garbage", "no usable revocation list")]
    [InlineData("missing", "HTTP 404")]
    public async Task Refuses_a_list_and_waits(string fault, string problem)
    {
        await using var server = await TestRevocationServer.StartAsync(ocsp: false);
        await using var other = await TestRevocationServer.StartAsync(ocsp: false);
        using var signing = Signing();
        var identity = Identity(server);
        server.ListPoint = _ => fault == "another point" ? "http://crl.example/2" : null;
        server.ThisUpdate = fault switch { "overdue" => () => _time.GetUtcNow().AddDays(-8), "future" => () => _time.GetUtcNow().AddHours(1), _ => _time.GetUtcNow };
        server.Instead = fault switch
        {
            "another issuer" => context => WriteAsync(context, other.List(context.Request.Path.Value!.Split('/')[^1])),
            "garbage" => context => WriteAsync(context, [0x30, 0x03, 0x02, 0x01, 0x05]),
            "missing" => context => FailAsync(context, 404),
            _ => server.Instead,
        };

        (await DelayedAsync(signing, identity)).Message.ShouldContain(problem);
    }

    private void Break(TestRevocationServer server, string fault)
    {
        server.Delegate = fault switch
        {
            "another issuer" => (Responder(new TestAuthority()), false),
            "no purpose" => (Responder(server.Authority, purpose: "1.3.6.1.5.5.7.3.4"), false),
            "no nocheck" => (Responder(server.Authority, noCheck: false), false),
            "expired" => (Responder(server.Authority, notAfter: _time.GetUtcNow().AddDays(-1)), false),
            _ => null,
        };
        server.ThisUpdate = fault switch { "overdue" => () => _time.GetUtcNow().AddDays(-8), "future" => () => _time.GetUtcNow().AddHours(1), _ => _time.GetUtcNow };
        server.Instead = fault switch
        {
            "changed" => context => RespondAsync(context, server, query => query, answer => answer[^1] ^= 1),
            "another certificate" => context => RespondAsync(
                context, server, _ => OcspRequest.Encode(server.Authority.Root, server.Authority.Root), _ => { }),
            "try later" => context => WriteAsync(context, [0x30, 0x03, 0x0A, 0x01, 0x03]),
            "garbage" => context => WriteAsync(context, [0x30, 0x80, 0x01]),
            "large" => context => WriteAsync(context, new byte[65537]),
            "silent" => async context =>
            {
                // Two certificates are asked for at once.
                _time.Advance(TimeSpan.FromSeconds(11));
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            },
            _ => server.Instead,
        };
    }

    private static async Task<bool> RespondAsync(HttpContext context, TestRevocationServer server, Func<byte[], byte[]> ask, Action<byte[]> change)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var answer = server.Respond(ask(body.ToArray()), context.Request.Path.Value!.Split('/')[^1]);
        change(answer);
        return await WriteAsync(context, answer);
    }

    private static X509Certificate2 Responder(TestAuthority authority, string purpose = "1.3.6.1.5.5.7.3.9", bool noCheck = true, DateTimeOffset? notAfter = null) =>
        authority.Issue(
            TestKeys.Get("Responder"), "CN=Responder", [purpose], notAfter: notAfter,
            extensions: noCheck ? [new X509Extension("1.3.6.1.5.5.7.48.1.5", [0x05, 0x00], critical: false)] : []);
}
