using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Asn1.Cmp;
using Org.BouncyCastle.Asn1.Tsp;

namespace MeSign.Statements.Tests.Signing;

/// <summary>What a token must be to be taken.</summary>
public sealed class TimestampClientTests : TimestampClientBench
{
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
}
