using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

public sealed class ValidationMaterialSourceTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Gathers_certificates_and_responses_of_signer_and_timestamp()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        var identity = Identity(server);
        var authority = server.Authority.Issue(TestKeys.Get("TSA"), "CN=Test TSA", ["1.3.6.1.5.5.7.3.8"], criticalPurposes: true);
        var token = new TimestampToken(default, _time.GetUtcNow(), authority) { Path = [authority, server.Authority.Issuing, server.Authority.Root] };

        var material = await GatherAsync(signing, identity, token);

        material.Certificates.Select(Thumbprint).ShouldBe(
            new[] { identity.Certificate, server.Authority.Issuing, server.Authority.Root, authority }.Select(one => one.GetCertHashString(HashAlgorithmName.SHA256)), ignoreOrder: true);
        material.Ocsps.Count.ShouldBe(3);
        material.Crls.ShouldBeEmpty();
        var known = CrlSet.Of(material.Crls, material.Ocsps);
        foreach (var certificate in new[] { identity.Certificate, authority })
            CertificatePath.Check(certificate, identity.Chain, TrustAnchors.Of([identity.Root!]), _time.GetUtcNow(), known, requireRevocation: true).Detail.ShouldBeNull();
    }

    [Fact]
    public async Task Counts_requests_by_server_kind_and_outcome()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        var meters = signing.Services.GetRequiredService<IMeterFactory>();
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                // Other tests run beside this one: only this container's meter counts.
                if (instrument.Meter.Name == RevocationMetrics.MeterName && instrument.Meter.Scope == meters)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Enqueue(string.Join(' ', tags.ToArray().Select(tag => tag.Value).Append(value))));
        listener.Start();
        server.Instead = context =>
        {
            var isOcsp = HttpMethods.IsPost(context.Request.Method);
            context.Response.StatusCode = isOcsp ? 503 : 200;
            return Task.FromResult(isOcsp);
        };

        await GatherAsync(signing, Identity(server));

        // Of the signer and of its issuer: the responder fails, the list is had.
        counted.Order().ShouldBe(["127.0.0.1 crl answered 1", "127.0.0.1 crl answered 1", "127.0.0.1 ocsp http 1", "127.0.0.1 ocsp http 1"]);
    }

    [Fact]
    public async Task One_answer_serves_all_documents_until_it_is_to_be_renewed()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        var identity = Identity(server);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GatherAsync(signing, identity)));
        var first = server.Requests.Count;
        _time.Advance(TimeSpan.FromMinutes(59));
        await GatherAsync(signing, identity);
        var second = server.Requests.Count;
        _time.Advance(TimeSpan.FromMinutes(2));
        await GatherAsync(signing, identity);

        (first, second, server.Requests.Count).ShouldBe((2, 2, 4));
    }

    [Fact]
    public async Task An_answer_that_is_still_good_serves_while_the_server_is_down()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        var identity = Identity(server);
        var before = await GatherAsync(signing, identity);
        server.Instead = Fail;

        _time.Advance(TimeSpan.FromDays(6));
        var during = await GatherAsync(signing, identity);
        _time.Advance(TimeSpan.FromDays(2));
        var delayed = await DelayedAsync(signing, identity);

        during.Ocsps.ShouldBe(before.Ocsps);
        delayed.Message.ShouldContain("HTTP 500");
    }

    [Fact]
    public async Task Takes_the_list_where_the_responder_fails()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        server.Instead = context => context.Request.Path.StartsWithSegments("/ocsp", StringComparison.Ordinal) ? Fail(context) : Task.FromResult(false);

        var material = await GatherAsync(signing, Identity(server));

        material.Ocsps.ShouldBeEmpty();
        material.Crls.Count.ShouldBe(2);
    }

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

    [Fact]
    public async Task A_list_for_the_certificates_own_point_counts()
    {
        await using var server = await TestRevocationServer.StartAsync(ocsp: false);
        using var signing = Signing();
        var identity = Identity(server);
        server.ListPoint = issuer => $"{server.Address}crl/{issuer}";

        (await GatherAsync(signing, identity)).Crls.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revoked_signer_signs_nothing(bool ocsp)
    {
        await using var server = await TestRevocationServer.StartAsync(ocsp, crl: !ocsp);
        using var signing = Signing();
        var identity = Identity(server);
        server.Revoke(identity.Certificate, new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

        var failed = await Should.ThrowAsync<StatementFailedException>(() => GatherAsync(signing, identity));

        failed.Code.ShouldBe(FailureCode.SigningCertificateRevoked);
        failed.Message.ShouldContain("CN=Example Bank was revoked at 2026-03-01");
    }

    [Fact]
    public async Task A_revoked_authority_above_the_signer_counts_too()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        server.Revoke(server.Authority.Issuing, new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

        (await Should.ThrowAsync<StatementFailedException>(() => GatherAsync(signing, Identity(server)))).Message.ShouldContain("CN=Revoking Issuing was revoked");
    }

    [Fact]
    public async Task A_revoked_timestamp_authority_delays()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing();
        var authority = server.Authority.Issue(TestKeys.Get("TSA"), "CN=Test TSA", ["1.3.6.1.5.5.7.3.8"], criticalPurposes: true);
        server.Revoke(authority, new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        var token = new TimestampToken(default, _time.GetUtcNow(), authority) { Path = [authority, server.Authority.Issuing, server.Authority.Root] };

        (await DelayedAsync(signing, Identity(server), token)).Message.ShouldContain("CN=Test TSA was revoked");
    }

    [Fact]
    public async Task Goes_to_no_private_address_unless_told_so()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing(("AllowPrivateAddresses", "false"));

        (await DelayedAsync(signing, Identity(server))).Message.ShouldContain("MeSign:Revocation:AllowPrivateAddresses");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Is_led_to_no_private_address_by_a_redirect()
    {
        await using var inner = await TestRevocationServer.StartAsync();
        await using var server = await TestRevocationServer.StartAsync();
        server.Instead = context =>
        {
            context.Response.Redirect(new UriBuilder(inner.Address) { Host = "localhost", Path = context.Request.Path }.Uri.ToString());
            return Task.FromResult(true);
        };
        using var signing = Signing();

        (await DelayedAsync(signing, Identity(server))).Message.ShouldContain("127.0.0.1 leads to localhost, which has only private addresses");
        inner.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(int.MaxValue, false)]
    public async Task Follows_few_redirects(int redirects, bool arrives)
    {
        await using var server = await TestRevocationServer.StartAsync(ocsp: false);
        using var signing = Signing();
        server.Instead = context =>
        {
            var count = context.Request.Query.TryGetValue("n", out var text) ? int.Parse(text!, System.Globalization.CultureInfo.InvariantCulture) : 0;
            if (count >= redirects)
                return Task.FromResult(false);
            context.Response.Redirect($"{context.Request.Path}?n={count + 1}");
            return Task.FromResult(true);
        };

        var gather = () => GatherAsync(signing, Identity(server));

        if (arrives)
            (await gather()).Crls.Count.ShouldBe(2);
        else
            (await gather.ShouldThrowAsync<StatementDelayedException>()).Message.ShouldContain("HTTP 302");
        server.Requests.Count.ShouldBeLessThan(10);
    }

    [Fact]
    public async Task A_path_that_publishes_nothing_needs_configured_lists()
    {
        await using var server = await TestRevocationServer.StartAsync(ocsp: false, crl: false);
        server.ThisUpdate = _time.GetUtcNow;
        var identity = Identity(server);
        var folder = Directory.CreateTempSubdirectory("mesign-crls-");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "root.crl"), server.List("root"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "issuing.crl"), server.List("issuing"), TestContext.Current.CancellationToken);
        using var without = Signing();
        using var with = Signing(("Crls:0", folder.FullName));

        var failed = await Should.ThrowAsync<StatementFailedException>(() => GatherAsync(without, identity));
        var material = await GatherAsync(with, identity);
        server.Revoke(identity.Certificate, new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "issuing.crl"), server.List("issuing"), TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(6));
        var revoked = await Should.ThrowAsync<StatementFailedException>(() => GatherAsync(with, identity));

        failed.Code.ShouldBe(FailureCode.RevocationNotPublished);
        material.Crls.Count.ShouldBe(2);
        revoked.Code.ShouldBe(FailureCode.SigningCertificateRevoked);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Understands_openssl_as_responder()
    {
        await using var server = await TestRevocationServer.StartAsync(crl: false);
        using var openssl = new OpenSsl();
        using var signing = Signing();
        var identity = Identity(server);
        var issuer = openssl.File("issuer.pem", server.Authority.Issuing.ExportCertificatePem());
        var key = openssl.File("issuer.key", ((RSA)server.Authority.IssuingKey).ExportPkcs8PrivateKeyPem());
        var index = openssl.File("index.txt", $"V\t350101000000Z\t\t{identity.Certificate.SerialNumber}\tunknown\t/CN=Example Bank\n");
        server.Instead = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("issuing", StringComparison.Ordinal))
                return false;
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var query = openssl.File("query.der", body.ToArray());
            var made = await openssl.RunAsync(
                "ocsp", "-index", index, "-CA", issuer, "-rsigner", issuer, "-rkey", key, "-reqin", query, "-respout", "answer.der", "-ndays", "1");
            made.ExitCode.ShouldBe(0, made.Output);
            return await WriteAsync(context, await File.ReadAllBytesAsync(Path.Combine(openssl.Folder, "answer.der")));
        };

        (await GatherAsync(signing, identity)).Ocsps.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.0", false)]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.127.0.1", true)]
    [InlineData("193.0.6.139", false)]
    [InlineData("::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:a00:1::1", true)]
    [InlineData("2001:67c:2e8:22::c100:68b", false)]
    public void Knows_private_addresses(string address, bool isPrivate) =>
        PrivateAddresses.Contains(System.Net.IPAddress.Parse(address)).ShouldBe(isPrivate);

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

    private static async Task<bool> WriteAsync(HttpContext context, byte[] body)
    {
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
        return true;
    }

    private static Task<bool> Fail(HttpContext context) => FailAsync(context, 500);

    private static Task<bool> FailAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.FromResult(true);
    }

    private TestSigning Signing(params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => $"MeSign:Revocation:{setting.Key}", setting => (string?)setting.Value);
        return new(settings: all, time: _time);
    }

    private static SigningIdentity Identity(TestRevocationServer server)
    {
        var certificate = server.Authority.Issue(TestKeys.Get("P-256"));
        return new(X509CertificateLoader.LoadCertificate(certificate.RawData), [server.Authority.Issuing], new Pkcs12SigningKey(certificate), HashAlgorithmName.SHA256)
        {
            Root = server.Authority.Root,
        };
    }

    private static X509Certificate2 Responder(TestAuthority authority, string purpose = "1.3.6.1.5.5.7.3.9", bool noCheck = true, DateTimeOffset? notAfter = null) =>
        authority.Issue(
            TestKeys.Get("Responder"), "CN=Responder", [purpose], notAfter: notAfter,
            extensions: noCheck ? [new X509Extension("1.3.6.1.5.5.7.48.1.5", [0x05, 0x00], critical: false)] : []);

    private static Task<ValidationMaterial> GatherAsync(TestSigning signing, SigningIdentity identity, params TimestampToken[] tokens) =>
        signing.Services.GetRequiredService<ValidationMaterialSource>().GatherAsync(identity, tokens, TestContext.Current.CancellationToken);

    private static Task<StatementDelayedException> DelayedAsync(TestSigning signing, SigningIdentity identity, params TimestampToken[] tokens) =>
        Should.ThrowAsync<StatementDelayedException>(() => GatherAsync(signing, identity, tokens));

    private static string Thumbprint(ReadOnlyMemory<byte> der) => Convert.ToHexString(SHA256.HashData(der.Span));
}
