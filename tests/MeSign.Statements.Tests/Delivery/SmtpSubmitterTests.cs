using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>What leaves, and over which connections.</summary>
public sealed class SmtpSubmitterTests : SmtpSubmitterBench
{
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
            () => stored.SenderParameters.ShouldBe([$"SIZE={Small.Length}", $"ENVID={ToBob.Id}", "RET=HDRS"]),
            () => stored.Recipients[0].Parameters.ShouldBe(["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;bob@example.org"]));
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
        await BoundedWait.UntilAsync(() => sink.OpenConnections == 0);

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
    public async Task Closes_idle_connections()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.IdleTimeout = TimeSpan.FromSeconds(1);
        await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation);
        _time.Advance(TimeSpan.FromSeconds(2));

        await BoundedWait.UntilAsync(() => sink.OpenConnections == 0);
    }
}
