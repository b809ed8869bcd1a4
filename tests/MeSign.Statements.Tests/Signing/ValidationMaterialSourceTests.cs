using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Signing;

/// <summary>What is gathered for a signature that is to last.</summary>
public sealed class ValidationMaterialSourceTests : ValidationMaterialBench
{
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

    private static Task<bool> Fail(HttpContext context) => FailAsync(context, 500);

    private static string Thumbprint(ReadOnlyMemory<byte> der) => Convert.ToHexString(SHA256.HashData(der.Span));
}
