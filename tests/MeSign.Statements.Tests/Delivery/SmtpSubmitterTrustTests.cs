using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
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
    [InlineData("of another root", "CertificateNotTrusted")]
    [InlineData("for another host", "CertificateHostMismatch")]
    [InlineData("expired", "CertificateExpired")]
    [InlineData("not for servers", "ValidationFailure")]
    public async Task Defers_when_the_relay_shows_a_certificate(string wrong, string fault)
    {
        using var other = new RelayCertificates();
        var sink = Sink(options => options with { Certificate = Wrong(wrong, other) });

        (await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayTls);

        sink.Count.ShouldBe(0);
        _logs.Lines.ShouldHaveSingleItem().Text.ShouldBe($"Relay main: {fault}, nothing is sent");
    }

    [Theory]
    [InlineData("of another root", "CertificateNotTrusted")]
    [InlineData("for another host", "CertificateHostMismatch")]
    [InlineData("expired", "CertificateExpired")]
    [InlineData("not for servers", "ValidationFailure")]
    public async Task Reports_a_certificate_and_sends_while_the_policy_is_Testing(string wrong, string fault)
    {
        using var other = new RelayCertificates();
        var sink = Sink(options => options with { Certificate = Wrong(wrong, other) });
        var relay = Relay(sink);
        relay.TlsPolicy = TlsPolicy.Testing;

        (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Count.ShouldBe(1);
        _logs.Lines.ShouldHaveSingleItem().Text.ShouldBe($"Relay main: {fault}, sent all the same while TlsPolicy is Testing");
    }

    [Fact]
    public async Task Takes_nothing_that_was_said_in_clear_for_an_answer_under_TLS()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var relay = new RelayOptions { Host = "localhost", Port = ((IPEndPoint)listener.LocalEndpoint).Port, TrustedRoots = [File("root.pem", _certificates.RootPem)], Timeout = TimeSpan.FromMinutes(1) };
        var relaying = RelayBehindAnInjectorAsync(listener);

        (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation)).ShouldNotBeOfType<Submission.Failed>();

        relaying.IsFaulted.ShouldBeFalse();
    }

    [Fact]
    public async Task Does_not_go_on_without_TLS_whatever_the_policy()
    {
        var sink = Sink(options => options with { Certificate = null });
        var relay = Relay(sink);
        relay.TlsPolicy = TlsPolicy.Testing;

        (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayTls);

        sink.Count.ShouldBe(0);
        _logs.Lines.ShouldHaveSingleItem().Text.ShouldBe("Relay main: StarttlsNotSupported, nothing is sent");
    }

    [Theory]
    [InlineData("relay.bank.example", true)]
    [InlineData("localhost", false)]
    public async Task Wants_one_of_the_names_that_the_settings_give_the_certificate(string borne, bool accepted)
    {
        var sink = Sink(options => options with { Certificate = _certificates.Server(host: borne) });
        var relay = Relay(sink);
        relay.CertificateNames = ["other.bank.example", "relay.bank.example"];

        var submission = await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation);

        (submission is Submission.Relayed).ShouldBe(accepted);
        sink.Count.ShouldBe(accepted ? 1 : 0);
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

    [Theory]
    [InlineData("TrustedRoots")]
    [InlineData("ClientCertificate")]
    [InlineData("ClientCertificatePasswordFile")]
    public async Task Names_the_setting_whose_file_is_gone(string setting)
    {
        var relay = Relay(Sink());
        var gone = Path.Combine(_folder.FullName, "removed", "file");
        if (setting == "TrustedRoots")
            relay.TrustedRoots = [gone];
        else
            (relay.ClientCertificate, relay.ClientCertificatePasswordFile) = setting == "ClientCertificate" ? (gone, null) : (File("client.p12", "x"), gone);

        var deferred = (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        deferred.Reason.ShouldBe(DeferralReason.RelayTls);
        deferred.Detail.ShouldStartWith($"relay main: MeSign:Relays:main:{setting.Replace("PasswordFile", "", StringComparison.Ordinal)} ");
        deferred.Detail.ShouldContain(setting);
        deferred.Detail.ShouldContain("cannot be read: ");
        deferred.Detail.ShouldContain(gone);
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

    /// <summary>A relay before which a man in the middle answers the EHLO that comes under TLS, with a limit that no message keeps (RFC 3207 §6).</summary>
    private async Task RelayBehindAnInjectorAsync(TcpListener listener)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync(Cancellation);
            await SayAsync(client.GetStream(), "220 relay");
            await HearAsync(client.GetStream());
            await SayAsync(client.GetStream(), "250-relay\r\n250 STARTTLS");
            await HearAsync(client.GetStream());
            await SayAsync(client.GetStream(), "220 go\r\n250-relay\r\n250 SIZE 1");
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificates.Server() }, Cancellation);
            foreach (var answer in new[] { "250 relay", "250 sender", "250 recipient", "354 go on" })
            {
                await HearAsync(tls);
                await SayAsync(tls, answer);
            }

            while (await HearAsync(tls) is not ".")
                continue;
            await SayAsync(tls, "250 taken");
            await HearAsync(tls);
        }
        catch (Exception left) when (left is IOException or AuthenticationException or ObjectDisposedException)
        {
            // A client that would rather not talk to such a relay is right too.
        }
    }

    private static async Task SayAsync(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), Cancellation);

    private static async Task<string> HearAsync(Stream stream)
    {
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (one[0] != '\n')
        {
            await stream.ReadExactlyAsync(one, Cancellation);
            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd();
    }
}
