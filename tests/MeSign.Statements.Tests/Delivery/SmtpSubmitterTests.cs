using System.Net;
using System.Net.Sockets;
using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Delivery;

public sealed class SmtpSubmitterTests : IAsyncLifetime
{
    private static readonly Envelope ToBob = new("bounces@bank.example", "bob@example.org");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-submit-");
    private readonly RelayCertificates _certificates = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[] Small { get; } = Message("Dear Bob,\r\n.\r\n..\r\n.dots\r\n\r\n\r\n.\r\n");

    /// <summary>More than the sockets' buffers hold: writing it notices a relay that does not read.</summary>
    private static byte[] Large { get; } = Message(string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 300_000)));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        _certificates.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Sends_the_stored_bytes_over_StartTls()
    {
        var sink = Sink();

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBe(new Submission.Relayed(new RelayReply(250, "2.0.0")));
        var stored = sink.Messages.ShouldHaveSingleItem();
        (await stored.ReadAsync(Cancellation)).ShouldBe(Small);
        stored.ShouldSatisfyAllConditions(
            () => stored.Tls.ShouldBeTrue(),
            () => stored.Sender.ShouldBe("bounces@bank.example"),
            () => stored.Recipients.ShouldHaveSingleItem().Address.ShouldBe("bob@example.org"),
            () => stored.SenderParameters.ShouldBe([$"SIZE={Small.Length}", "RET=HDRS"]),
            () => stored.Recipients[0].Parameters.ShouldBe(["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;bob@example.org"]));
    }

    [Fact]
    public async Task Tells_the_relay_the_name_that_a_bounce_is_to_call_the_message_by()
    {
        var sink = Sink();

        await Submitter(Relay(sink)).SubmitAsync("main", ToBob with { Id = "0123456789abcdef" }, Small, Cancellation);

        sink.Messages.ShouldHaveSingleItem().SenderParameters.ShouldContain("ENVID=0123456789abcdef");
    }

    [Theory]
    [InlineData("Bcc: hidden@example.org\r\nSubject:no space\r\nX-Odd : space before\r\nTO:  bob@example.org \r\n\tfolded  \r\nMIME-version: 1.0\r\n\r\nx\r\n")]
    [InlineData("Message-ID: <x@y>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nno end\r\n")]
    [InlineData("Received: one\r\nReceived: two\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")]
    [InlineData("A: b\r\n\r\n.\r\n")]
    [InlineData("A: b\r\n\r\n\r\n.\r\n.\r\n..\r\n")]
    [InlineData("A: =?utf-8?q?=C4=8D?=\r\n\r\n.x")]
    public async Task Changes_nothing_in_any_message(string eml)
    {
        var sink = Sink();
        var bytes = Encoding.ASCII.GetBytes(eml.EndsWith('\n') ? eml : eml + "\r\n");

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, bytes, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
        (await sink.Messages.ShouldHaveSingleItem().ReadAsync(Cancellation)).ShouldBe(bytes);
    }

    [Fact]
    public async Task Sends_a_large_message_unchanged()
    {
        var sink = Sink();

        await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Large, Cancellation);

        (await sink.Messages.ShouldHaveSingleItem().ReadAsync(Cancellation)).AsSpan().SequenceEqual(Large).ShouldBeTrue();
    }

    [Fact]
    public async Task Sends_over_implicit_TLS_with_AUTH()
    {
        var sink = Sink(options => options with { User = "bank", Password = "s3cret" });
        var relay = Relay(sink);
        relay.Tls = TlsMode.Implicit;
        relay.Port = sink.ImplicitTlsPort;
        (relay.User, relay.PasswordFile) = ("bank", File("password", "s3cret\n"));

        var submission = await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Sends_in_clear_where_the_setting_says_so()
    {
        var sink = Sink(options => options with { Certificate = null });
        var relay = Relay(sink);
        relay.Tls = TlsMode.None;

        (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Keeps_connections_and_replaces_them_after_so_many_messages()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.MessagesPerConnection = 3;
        var submitter = Submitter(relay);

        for (var i = 0; i < 7; i++)
            (await submitter.SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Count.ShouldBe(7);
        sink.Connections.ShouldBe(3);
    }

    [Fact]
    public async Task Opens_no_more_connections_than_allowed()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.MaxConnections = 2;
        var submitter = Submitter(relay);

        var submissions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => submitter.SubmitAsync("main", ToBob, Small, Cancellation)));

        submissions.ShouldAllBe(submission => submission is Submission.Relayed);
        sink.Count.ShouldBe(20);
        sink.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Replaces_a_kept_connection_that_the_relay_has_closed()
    {
        var sink = Sink(options => options with { IdleTimeout = TimeSpan.FromSeconds(3) });
        var submitter = Submitter(Relay(sink));
        await submitter.SubmitAsync("main", ToBob, Small, Cancellation);
        await UntilAsync(() => sink.OpenConnections == 0);

        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Replaces_a_kept_connection_that_dies_at_MAIL_FROM()
    {
        var sink = Sink();
        var submitter = Submitter(Relay(sink));
        await submitter.SubmitAsync("main", ToBob, Small, Cancellation);
        sink.Misbehave(Misbehaviour.Drop(SmtpStage.Mail).Times(1));

        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Goes_on_over_the_same_connection_after_a_refusal()
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 no such user").For("eve@example.org"));
        var submitter = Submitter(Relay(sink));

        var refused = await submitter.SubmitAsync("main", ToBob with { Recipient = "eve@example.org" }, Small, Cancellation);
        var taken = await submitter.SubmitAsync("main", ToBob, Small, Cancellation);

        refused.ShouldBeOfType<Submission.Failed>().Code.ShouldBe(FailureCode.RecipientRefused);
        taken.ShouldBeOfType<Submission.Relayed>();
        sink.Connections.ShouldBe(1);
        (await sink.Messages.ShouldHaveSingleItem().ReadAsync(Cancellation)).ShouldBe(Small);
    }

    [Theory]
    [InlineData("Mail", "550 5.1.8 who are you", FailureCode.SenderRefused)]
    [InlineData("Recipient", "550 5.1.1 no such user", FailureCode.RecipientRefused)]
    [InlineData("Recipient", "554 5.7.1 relay access denied", FailureCode.SenderRefused)]
    [InlineData("Data", "554 5.6.0 no", FailureCode.MessageRefused)]
    [InlineData("FinalDot", "554 5.7.1 spam", FailureCode.MessageRefused)]
    [InlineData("FinalDot", "552 5.3.4 too big", FailureCode.MessageTooLarge)]
    public async Task Fails_on_a_refusal_for_good(string stage, string reply, FailureCode code)
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBeOfType<Submission.Failed>().Code.ShouldBe(code);
        submission.Reply!.ToString().ShouldBe(reply[..9]);
        sink.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("Connect", "554 5.3.2 not today", DeferralReason.RelayUnavailable)]
    [InlineData("Connect", "421 4.7.0 too many", DeferralReason.RelayUnavailable)]
    [InlineData("StartTls", "454 4.7.0 no TLS now", DeferralReason.RelayTls)]
    [InlineData("Mail", "421 4.3.2 closing", DeferralReason.RelayUnavailable)]
    [InlineData("Mail", "451 4.7.1 busy", DeferralReason.Postponed)]
    [InlineData("Mail", "530 5.7.0 authenticate", DeferralReason.RelayAuthentication)]
    [InlineData("Recipient", "450 4.2.0 greylisted", DeferralReason.Postponed)]
    [InlineData("Data", "451 4.3.0 later", DeferralReason.Postponed)]
    [InlineData("FinalDot", "451 4.3.0 later", DeferralReason.Postponed)]
    [InlineData("FinalDot", "421 4.3.0 closing", DeferralReason.RelayUnavailable)]
    public async Task Defers_on_a_refusal_for_now(string stage, string reply, DeferralReason reason)
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(reason);
        sink.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("Connect")]
    [InlineData("Hello")]
    [InlineData("StartTls")]
    [InlineData("Mail")]
    [InlineData("Recipient")]
    [InlineData("Data")]
    [InlineData("Content")]
    public async Task Defers_when_the_connection_is_lost_before_the_final_dot(string stage)
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Drop(Enum.Parse<SmtpStage>(stage)));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Large, Cancellation);

        submission.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayUnavailable);
        sink.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Uncertain_when_the_connection_is_lost_after_the_final_dot(bool kept, int messages)
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.DropAfterFinalDot(kept));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBeOfType<Submission.Uncertain>().Detail.ShouldStartWith("relay main: connection");
        sink.Count.ShouldBe(messages);
    }

    [Fact]
    public async Task Does_not_send_again_what_is_uncertain_on_a_kept_connection()
    {
        var sink = Sink();
        var submitter = Submitter(Relay(sink));
        await submitter.SubmitAsync("main", ToBob, Small, Cancellation);
        sink.Misbehave(Misbehaviour.DropAfterFinalDot(keepMessage: true).Times(1));

        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Uncertain>();

        sink.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("Connect")]
    [InlineData("Hello")]
    [InlineData("Mail")]
    [InlineData("Recipient")]
    [InlineData("Data")]
    [InlineData("Content")]
    public async Task Defers_when_the_relay_falls_silent_before_the_final_dot(string stage)
    {
        var sink = Sink();
        var stall = Misbehaviour.Stall(Enum.Parse<SmtpStage>(stage));
        sink.Misbehave(stall);

        var sending = Submitter(Relay(sink)).SubmitAsync("main", ToBob, Large, Cancellation);
        await stall.Met.WaitAsync(Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));

        (await sending).ShouldBe(new Submission.Deferred(DeferralReason.RelayUnavailable, "relay main: no answer within 00:01:00"));
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Uncertain_when_the_relay_falls_silent_after_the_final_dot()
    {
        var sink = Sink();
        var stall = Misbehaviour.Stall(SmtpStage.FinalDot);
        sink.Misbehave(stall);

        var sending = Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);
        await stall.Met.WaitAsync(Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));

        (await sending).ShouldBe(new Submission.Uncertain("relay main: no answer within 00:01:00 after the end of the message"));
    }

    [Fact]
    public async Task Waits_for_the_answer_to_what_has_left_when_it_shuts_down()
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Stall(SmtpStage.FinalDot, TimeSpan.FromSeconds(1)));
        using var shutdown = new CancellationTokenSource();

        var sending = Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, shutdown.Token);
        await UntilAsync(() => sink.Count > 0);
        await shutdown.CancelAsync();

        (await sending).ShouldBeOfType<Submission.Relayed>();
    }

    [Theory]
    [InlineData("Connect")]
    [InlineData("Recipient")]
    [InlineData("Data")]
    public async Task Sends_nothing_more_when_it_shuts_down_before_the_content(string stage)
    {
        var sink = Sink();
        var stall = Misbehaviour.Stall(Enum.Parse<SmtpStage>(stage));
        sink.Misbehave(stall);
        using var shutdown = new CancellationTokenSource();

        var sending = Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, shutdown.Token);
        await stall.Met.WaitAsync(Cancellation);
        await shutdown.CancelAsync();

        (await sending).ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.ShuttingDown);
        sink.Count.ShouldBe(0);
    }

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
    public async Task Defers_when_nobody_listens()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var submitter = Submitter(new RelayOptions { Host = "127.0.0.1", Port = port, Tls = TlsMode.None });

        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBe(new Submission.Deferred(DeferralReason.RelayUnavailable, "relay main: no connection (ConnectionRefused)"));
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

    [Fact]
    public async Task Defers_for_a_relay_that_is_not_configured() =>
        (await Submitter(new RelayOptions { Host = "127.0.0.1" }).SubmitAsync("other", ToBob, Small, Cancellation))
            .ShouldBeOfType<Submission.Deferred>().Detail.ShouldContain("MeSign:Relays:other");

    [Fact]
    public async Task Does_not_begin_to_send_what_the_relay_is_known_not_to_take()
    {
        var sink = Sink(options => options with { MaxMessageBytes = 1000 });

        (await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Large, Cancellation))
            .ShouldBeOfType<Submission.Failed>().Code.ShouldBe(FailureCode.MessageTooLarge);
    }

    [Fact]
    public async Task Sends_no_message_that_relays_could_split()
    {
        var sink = Sink();
        var eml = Encoding.ASCII.GetBytes("A: b\r\n\r\nx\n.\nMAIL FROM:<>\r\n");

        (await Submitter(Relay(sink)).SubmitAsync("main", ToBob, eml, Cancellation))
            .ShouldBeOfType<Submission.Failed>().Code.ShouldBe(FailureCode.MessageRefused);

        sink.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Asks_for_SMTPUTF8_only_where_an_address_needs_it()
    {
        var sink = Sink();

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob with { Recipient = "čeněk@bücher.example" }, Small, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.SenderParameters.ShouldContain("SMTPUTF8");
        stored.Recipients.ShouldHaveSingleItem().Address.ShouldBe("čeněk@bücher.example");
        (await stored.ReadAsync(Cancellation)).ShouldBe(Small);
    }

    [Fact]
    public async Task Closes_idle_connections()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.IdleTimeout = TimeSpan.FromSeconds(1);
        await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation);
        _time.Advance(TimeSpan.FromSeconds(2));

        await UntilAsync(() => sink.OpenConnections == 0);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private static byte[] Message(string body) =>
        Encoding.ASCII.GetBytes($"From: Bank <bank@bank.example>\r\nTo: bob@example.org\r\nSubject: Statement\r\nMIME-Version: 1.0\r\n\r\n{body}");

    private SmtpSink Sink(Func<SmtpSinkOptions, SmtpSinkOptions>? change = null)
    {
        var options = new SmtpSinkOptions { MailFolder = Path.Combine(_folder.FullName, "mail"), Certificate = _certificates.Server() };
        var sink = SmtpSink.Start(change is null ? options : change(options));
        _owned.Add(sink);
        return sink;
    }

    private RelayOptions Relay(SmtpSink sink) => new()
    {
        Host = "localhost",
        Port = sink.Port,
        TrustedRoots = [File("root.pem", _certificates.RootPem)],
        Timeout = TimeSpan.FromMinutes(1),
    };

    private SmtpSubmitter Submitter(RelayOptions relay)
    {
        var options = new RelaysOptions { Relays = { ["main"] = relay } };
        var submitter = new SmtpSubmitter(Options.Create(options), new MailLogin(() => throw new InvalidOperationException("no token is wanted")), _time, NullLogger<SmtpSubmitter>.Instance);
        _owned.Add(submitter);
        return submitter;
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
