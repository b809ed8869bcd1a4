using System.Net;
using System.Net.Sockets;
using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Relays that cannot be trusted, or do not trust us: nothing leaves.</summary>
public sealed class SmtpSubmitterTrustTests : SmtpSubmitterBench
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handshake_that_is_not_answered_is_no_fault_of_TLS(bool shutsDown)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var shutdown = new CancellationTokenSource();
        var relay = new RelayOptions { Host = "localhost", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Tls = TlsMode.Implicit, Timeout = TimeSpan.FromMinutes(1) };

        var sending = Submitter(relay).SubmitAsync("main", ToBob, Small, shutdown.Token);
        using var silent = await listener.AcceptTcpClientAsync(Cancellation);
        await silent.GetStream().ReadExactlyAsync(new byte[1], Cancellation);
        if (shutsDown)
            await shutdown.CancelAsync();
        else
            _time.Advance(TimeSpan.FromMinutes(1));

        (await sending).ShouldBe(shutsDown
            ? new Submission.Deferred(DeferralReason.ShuttingDown, "this worker is shutting down")
            : new Submission.Deferred(DeferralReason.RelayUnavailable, "relay main: no answer within 00:01:00"));
    }

    [Fact]
    public async Task Defers_when_the_relay_does_not_offer_STARTTLS()
    {
        var sink = Sink(options => options with { Certificate = null });

        (await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayTls);

        sink.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("of another root")]
    [InlineData("for another host")]
    [InlineData("expired")]
    [InlineData("not for servers")]
    public async Task Defers_when_the_relay_shows_a_certificate(string wrong)
    {
        using var other = new RelayCertificates();
        var certificate = wrong switch
        {
            "of another root" => other.Server(),
            "for another host" => _certificates.Server(host: "elsewhere.example"),
            "expired" => _certificates.Server(expired: true),
            _ => _certificates.Server(usage: "1.3.6.1.5.5.7.3.2"),
        };
        var sink = Sink(options => options with { Certificate = certificate });

        (await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayTls);

        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Defers_rather_than_trust_everyone_when_the_pinned_root_is_empty()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.TrustedRoots = [File("empty.pem", "")];

        (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayTls);
    }

    [Fact]
    public async Task Defers_when_the_relay_does_not_take_the_password()
    {
        var sink = Sink(options => options with { User = "bank", Password = "s3cret" });
        var relay = Relay(sink);
        (relay.User, relay.PasswordFile) = ("bank", File("password", "wrong"));
        var submitter = Submitter(relay);

        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayAuthentication);
        await System.IO.File.WriteAllTextAsync(relay.PasswordFile, "s3cret", Cancellation);
        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Defers_when_the_password_file_is_gone()
    {
        var sink = Sink(options => options with { User = "bank", Password = "s3cret" });
        var relay = Relay(sink);
        (relay.User, relay.PasswordFile) = ("bank", Path.Combine(_folder.FullName, "absent"));

        (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayAuthentication);
    }
}
