using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Delivery;
using MeSign.Statements.Tests.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Asn1.Cmp;
using Org.BouncyCastle.Asn1.Tsp;

namespace MeSign.Statements.Tests.Signing;

public sealed class TimestampClientTests : IAsyncLifetime
{
    private static readonly byte[] Digest = SHA256.HashData("a signature"u8);

    private TestTimestampServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestTimestampServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Gets_a_checked_token_with_its_time_and_authority()
    {
        using var signing = new TestSigning();

        var token = await StampAsync(signing, _server.Address);

        token.GenTime.ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(30));
        token.Authority.RawData.ShouldBe(_server.Certificate.RawData);
    }

    [Theory]
    [InlineData("SHA384", 48)]
    [InlineData("SHA512", 64)]
    public async Task Stamps_longer_digests(string hash, int length)
    {
        using var signing = new TestSigning();

        var token = await signing.Timestamps.StampAsync(new byte[length], new(hash), [_server.Address], TestContext.Current.CancellationToken);

        token.Der.Length.ShouldBeGreaterThan(length);
    }

    [Fact]
    public async Task Learns_the_size_of_tokens()
    {
        using var signing = new TestSigning();
        var before = signing.Timestamps.ReservedBytes([_server.Address]);

        var token = await StampAsync(signing, _server.Address);

        before.ShouldBe(8192);
        signing.Timestamps.ReservedBytes([_server.Address]).ShouldBe(token.Der.Length + 512);
        signing.Timestamps.ReservedBytes([]).ShouldBe(8192);
    }

    [Theory]
    [InlineData("a nonce of another request")]
    [InlineData("no nonce")]
    [InlineData("another imprint")]
    public async Task Refuses_an_answer_to_another_question(string fault)
    {
        using var signing = new TestSigning();
        _server.Twist = request =>
        {
            var generator = new Org.BouncyCastle.Tsp.TimeStampRequestGenerator();
            generator.SetCertReq(true);
            var imprint = fault == "another imprint" ? new byte[32] : request.GetMessageImprintDigest();
            return fault == "no nonce"
                ? generator.Generate(request.MessageImprintAlgOid, imprint)
                : generator.Generate(request.MessageImprintAlgOid, imprint, fault == "another imprint" ? request.Nonce : request.Nonce.Add(Org.BouncyCastle.Math.BigInteger.One));
        };

        var delayed = await DelayedAsync(signing, _server.Address);

        delayed.Message.ShouldContain(fault == "another imprint" ? "its imprint differs" : "did not repeat the nonce");
    }

    [Fact]
    public async Task Refuses_a_rejection_and_names_its_reason()
    {
        using var signing = new TestSigning();
        var status = new PkiStatusInfo(2, null, new(PkiFailureInfo.BadAlg));
        _server.Instead = (context, _) => AnswerAsync(context, new TimeStampResp(status, null).GetEncoded());

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("refused with status 2 (badAlg)");
    }

    [Fact]
    public async Task Refuses_an_authority_of_another_root()
    {
        await using var rogue = await TestTimestampServer.StartAsync(new TestAuthority("Rogue"));
        using var signing = new TestSigning();

        (await DelayedAsync(signing, rogue.Address)).Message.ShouldContain("leads to no trusted root");
    }

    [Theory]
    [InlineData(false, "1.3.6.1.5.5.7.3.8")]
    [InlineData(true, "1.3.6.1.5.5.7.3.4")]
    [InlineData(true, "1.3.6.1.5.5.7.3.8 1.3.6.1.5.5.7.3.4")]
    public async Task Refuses_a_certificate_that_is_not_for_timestamps_alone(bool critical, string purposes)
    {
        using var signing = new TestSigning();
        var response = Respond(TestAuthority.Shared.Issue(TestKeys.Get("TSA"), "CN=Not a TSA", purposes.Split(' '), critical));
        _server.Instead = (context, query) => AnswerAsync(context, response(query));

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("not one for time-stamping alone");
    }

    [Fact]
    public async Task Refuses_a_changed_token()
    {
        using var signing = new TestSigning();
        _server.Instead = (context, query) =>
        {
            var response = _server.Respond(query);
            response[^1] ^= 1;
            return AnswerAsync(context, response);
        };

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("The signature does not match");
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task Refuses_a_clock_that_is_far_from_ours(int minutes)
    {
        using var signing = new TestSigning();
        _server.Clock = () => TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(minutes);

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("clock");
    }

    /// <summary>With the default of two minutes; of what a server says of its accuracy one second is allowed for.</summary>
    [Theory]
    [InlineData(119.5, null, null)]
    [InlineData(120.5, null, "clock")]
    [InlineData(120.5, 1.0, null)]
    [InlineData(121.5, 119.0, "clock")]
    [InlineData(0, 120.0, null)]
    [InlineData(0, 121.0, "states its time to 00:02:01 only")]
    public async Task Allows_for_little_of_the_accuracy_that_a_token_states(double secondsAhead, double? accuracy, string? problem)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(time: time);
        _server.Instead = (context, query) => AnswerAsync(context, HandMadeToken.Respond(
            query,
            _server.Certificate,
            _server.Chain,
            time.GetUtcNow().AddSeconds(secondsAhead),
            accuracy is { } seconds ? TimeSpan.FromSeconds(seconds) : null));

        if (problem is null)
            (await StampAsync(signing, _server.Address)).GenTime.ShouldBe(time.GetUtcNow().AddSeconds(secondsAhead), TimeSpan.FromMilliseconds(1));
        else
            (await DelayedAsync(signing, _server.Address)).Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("application/timestamp-reply", new byte[] { 0x30, 0x03, 0x02, 0x01, 0x05 }, "no timestamp response")]
    [InlineData("application/timestamp-reply", new byte[] { 0x30, 0x80 }, "no timestamp response")]
    [InlineData("application/timestamp-reply", new byte[0], "no timestamp response")]
    [InlineData("text/html", new byte[] { 0x3C }, "content type")]
    public async Task Refuses_what_is_no_response(string contentType, byte[] body, string problem)
    {
        using var signing = new TestSigning();
        _server.Instead = (context, _) => AnswerAsync(context, body, contentType);

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain(problem);
    }

    [Fact]
    public async Task Reads_no_more_than_the_limit()
    {
        using var signing = new TestSigning();
        _server.Instead = async (context, _) =>
        {
            context.Response.ContentType = "application/timestamp-reply";
            for (var i = 0; i < 100; i++)
                await context.Response.Body.WriteAsync(new byte[4096], context.RequestAborted);
        };

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("more than 65536 bytes");
    }

    [Fact]
    public async Task Follows_no_redirect()
    {
        using var signing = new TestSigning();
        await using var other = await TestTimestampServer.StartAsync();
        _server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = other.Address.ToString();
            return Task.CompletedTask;
        };

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("HTTP 307");
        other.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_server_costs_its_timeout_and_the_next_one_answers()
    {
        using var signing = new TestSigning(settings: new Dictionary<string, string?> { ["MeSign:Timestamps:Timeout"] = "00:00:03" });
        await using var silent = await TestTimestampServer.StartAsync();
        silent.Instead = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

        var token = await StampAsync(signing, silent.Address, _server.Address);

        token.ShouldNotBeNull();
        silent.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_nobody_runs_is_passed_over()
    {
        using var signing = new TestSigning();

        (await StampAsync(signing, await ClosedPortAsync(), _server.Address)).ShouldNotBeNull();
    }

    [Fact]
    public async Task All_down_delays_and_names_each_server()
    {
        using var signing = new TestSigning();
        _server.Instead = (context, _) => FailAsync(context, 500);

        var delayed = await DelayedAsync(signing, await ClosedPortAsync(), _server.Address);

        delayed.Message.ShouldContain("cannot be reached");
        delayed.Message.ShouldContain("HTTP 500");
        delayed.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task Retry_After_closes_the_server_and_the_shortest_is_handed_on()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(time: time);
        await using var other = await TestTimestampServer.StartAsync();
        _server.Instead = (context, _) => FailAsync(context, 503, "120");
        other.Instead = (context, _) => FailAsync(context, 429, "30");

        var first = await DelayedAsync(signing, _server.Address, other.Address);
        var second = await DelayedAsync(signing, _server.Address, other.Address);
        time.Advance(TimeSpan.FromSeconds(31));
        other.Instead = null;
        other.Clock = () => time.GetUtcNow().UtcDateTime;
        var token = await StampAsync(signing, _server.Address, other.Address);

        first.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        second.Message.ShouldContain("left alone");
        token.ShouldNotBeNull();
        _server.Requests.Count.ShouldBe(1);
        other.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Retry_After_holds_though_a_request_that_was_on_its_way_succeeds()
    {
        using var signing = new TestSigning();
        var release = new TaskCompletionSource();
        _server.Instead = async (context, query) =>
        {
            await release.Task;
            await AnswerAsync(context, _server.Respond(query));
        };
        var earlier = StampAsync(signing, _server.Address);
        while (_server.Requests.IsEmpty)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        _server.Instead = (context, _) => FailAsync(context, 429, "120");
        await DelayedAsync(signing, _server.Address);
        release.SetResult();
        await earlier;

        var delayed = await DelayedAsync(signing, _server.Address);

        delayed.Message.ShouldContain("left alone");
        _server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Failures_in_a_row_open_the_circuit_and_one_request_closes_it()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(time: time);
        _server.Clock = () => time.GetUtcNow().UtcDateTime;
        _server.Instead = (context, _) => FailAsync(context, 500);
        for (var i = 0; i < 5; i++)
            await DelayedAsync(signing, _server.Address);
        var asked = _server.Requests.Count;
        time.Advance(TimeSpan.FromSeconds(31));
        await DelayedAsync(signing, _server.Address);
        await DelayedAsync(signing, _server.Address);
        var askedHalfOpen = _server.Requests.Count;
        time.Advance(TimeSpan.FromSeconds(31));
        _server.Instead = null;

        var token = await StampAsync(signing, _server.Address);

        asked.ShouldBe(3);
        askedHalfOpen.ShouldBe(4);
        token.ShouldNotBeNull();
    }

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

    [Fact]
    public async Task An_authority_on_a_configured_list_is_refused_and_one_off_it_is_not()
    {
        using var files = new OpenSsl();
        await using var other = await TestTimestampServer.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var list = files.File("crl.der", TestAuthority.Shared.Revoke(now.AddHours(-1), now.AddDays(7), (_server.Certificate, now.AddDays(-1))));
        using var signing = new TestSigning(settings: new Dictionary<string, string?> { ["MeSign:Revocation:Crls:0"] = list });

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("CN=Test TSA was revoked");
        (await StampAsync(signing, _server.Address, other.Address)).Authority.RawData.ShouldBe(other.Certificate.RawData);
    }

    [Fact]
    public async Task A_configured_list_that_is_overdue_stops_its_authorities()
    {
        using var files = new OpenSsl();
        var now = TimeProvider.System.GetUtcNow();
        var list = files.File("crl.der", TestAuthority.Shared.Revoke(now.AddDays(-8), now.AddDays(-1)));
        using var signing = new TestSigning(settings: new Dictionary<string, string?> { ["MeSign:Revocation:Crls:0"] = list });

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain("was due for renewal");
    }

    [Fact]
    public async Task A_token_under_another_policy_is_refused()
    {
        using var signing = new TestSigning(settings: ForServer(("Policy", "1.2.3.4")));
        _server.Twist = request =>
        {
            var generator = new Org.BouncyCastle.Tsp.TimeStampRequestGenerator();
            generator.SetCertReq(true);
            return generator.Generate(request.MessageImprintAlgOid, request.GetMessageImprintDigest(), request.Nonce);
        };

        (await DelayedAsync(signing, _server.Address)).Message.ShouldContain($"under the policy {TestTimestampServer.Policy}, not 1.2.3.4");
    }

    [Fact]
    public async Task A_rate_limit_moves_on_to_the_next_server()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(settings: ForServer(("MaxPerSecond", "2")), time: time);
        await using var other = await TestTimestampServer.StartAsync();
        for (var i = 0; i < 3; i++)
            await StampAsync(signing, _server.Address, other.Address);
        time.Advance(TimeSpan.FromSeconds(1));

        await StampAsync(signing, _server.Address, other.Address);

        _server.Requests.Count.ShouldBe(3);
        other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task In_no_second_wherever_it_begins_has_a_server_more_requests_than_its_limit()
    {
        var second = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var time = new FakeTimeProvider(second.AddMilliseconds(900));
        using var signing = new TestSigning(settings: ForServer(("MaxPerSecond", "2")), time: time);
        await using var other = await TestTimestampServer.StartAsync();
        (_server.Clock, other.Clock) = (() => time.GetUtcNow().UtcDateTime, () => time.GetUtcNow().UtcDateTime);
        await StampAsync(signing, _server.Address, other.Address);
        await StampAsync(signing, _server.Address, other.Address);

        time.Advance(TimeSpan.FromMilliseconds(200));
        await StampAsync(signing, _server.Address, other.Address);

        _server.Requests.Count.ShouldBe(2);
        other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Waits_for_its_turn_where_no_other_server_answers()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(settings: ForServer(("MaxPerSecond", "1")), time: time);
        var closed = await ClosedPortAsync();
        await StampAsync(signing, _server.Address);

        var waiting = StampAsync(signing, closed, _server.Address);
        for (var passed = 0; passed < 900; passed += 100)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        waiting.IsCompleted.ShouldBeFalse();
        _server.Requests.Count.ShouldBe(1);
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        (await waiting).ShouldNotBeNull();
        _server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Cancelling_is_not_a_failure_of_the_server()
    {
        using var signing = new TestSigning();
        using var cancelled = new CancellationTokenSource();
        _server.Instead = async (context, _) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        var stamp = () => signing.Timestamps.StampAsync(Digest, HashAlgorithmName.SHA256, [_server.Address], cancelled.Token);

        await stamp.ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Counts_requests_by_server_and_outcome()
    {
        using var signing = new TestSigning();
        var counted = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => Listen(instrument, listening, signing) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(tags.ToArray().Single(tag => tag.Key == "outcome").Value!.ToString()!));
        listener.Start();

        await StampAsync(signing, await ClosedPortAsync(), _server.Address);

        counted.ShouldBe(["unreachable", "granted"]);
    }

    [Theory]
    [InlineData("Timeout", "00:02:00")]
    [InlineData("MaxResponseBytes", "1")]
    [InlineData("Roots:0", "/nowhere/root.pem")]
    [InlineData("Servers:0:User", "bank")]
    public void A_wrong_setting_is_named(string key, string value)
    {
        using var signing = new TestSigning(settings: new Dictionary<string, string?> { [$"MeSign:Timestamps:{key}"] = value, ["MeSign:Timestamps:Servers:0:Address"] = "https://tsa.example" });

        var read = () => signing.Services.GetRequiredService<IOptions<TimestampOptions>>().Value;

        read.ShouldThrow<OptionsValidationException>().Message.ShouldContain(key.Split(':')[^1] is "0" ? "Roots" : key.Split(':')[^1]);
    }

    private static void Listen(Instrument instrument, MeterListener listener, TestSigning signing)
    {
        // Other tests run beside this one: only this container's meter counts.
        if (instrument.Meter.Name == TimestampMetrics.MeterName && instrument.Meter.Scope == signing.Services.GetRequiredService<IMeterFactory>())
            listener.EnableMeasurementEvents(instrument);
    }

    private static Task<TimestampToken> StampAsync(TestSigning signing, params Uri[] servers) =>
        signing.Timestamps.StampAsync(Digest, HashAlgorithmName.SHA256, servers, TestContext.Current.CancellationToken);

    private static Task<StatementDelayedException> DelayedAsync(TestSigning signing, params Uri[] servers) =>
        Should.ThrowAsync<StatementDelayedException>(() => StampAsync(signing, servers));

    private static async Task AnswerAsync(HttpContext context, byte[] body, string contentType = "application/timestamp-reply")
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static Task FailAsync(HttpContext context, int status, string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    }

    private static async Task<Uri> ClosedPortAsync()
    {
        await using var gone = await TestTimestampServer.StartAsync();
        return gone.Address;
    }

    private Dictionary<string, string?> ForServer(params (string Key, string Value)[] settings) => ForServer(_server.Address, settings);

    private static Dictionary<string, string?> ForServer(Uri address, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => $"MeSign:Timestamps:Servers:0:{setting.Key}", setting => (string?)setting.Value);
        all["MeSign:Timestamps:Servers:0:Address"] = address.ToString();
        return all;
    }

    /// <summary>Responses in the standard's form by a certificate that BouncyCastle itself would refuse to stamp with.</summary>
    private static Func<byte[], byte[]> Respond(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        query => HandMadeToken.Respond(query, certificate, [TestAuthority.Shared.Issuing]);
}
