using System.Net;
using System.Net.Sockets;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>What a relay refuses, breaks off or leaves unanswered, at each stage of the dialogue.</summary>
public sealed class SmtpSubmitterFaultTests : SmtpSubmitterBench
{
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
    [InlineData("Mail", "530 5.7.10 encryption needed", DeferralReason.RelayTls)]
    [InlineData("Recipient", "530 5.7.0 authenticate", DeferralReason.RelayAuthentication)]
    [InlineData("Data", "530 5.7.0 authenticate", DeferralReason.RelayAuthentication)]
    [InlineData("FinalDot", "530 5.7.0 authenticate", DeferralReason.RelayAuthentication)]
    [InlineData("Recipient", "450 4.2.0 greylisted", DeferralReason.Postponed)]
    [InlineData("Data", "451 4.3.0 later", DeferralReason.Postponed)]
    [InlineData("FinalDot", "451 4.3.0 later", DeferralReason.Postponed)]
    [InlineData("FinalDot", "421 4.3.0 closing", DeferralReason.RelayUnavailable)]
    public async Task Defers_on_a_refusal_for_now(string stage, string reply, DeferralReason reason)
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        var deferred = submission.ShouldBeOfType<Submission.Deferred>();
        deferred.Reason.ShouldBe(reason);
        deferred.Reply!.ToString().ShouldBe(string.Join(' ', reply.Split(' ')[..2]));
        deferred.Detail.ShouldEndWith($" to {Step(stage)}");
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
        await BoundedWait.UntilAsync(() => sink.Count > 0);
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

    [Fact]
    public async Task Defers_when_nobody_listens()
    {
        // The port is taken, so that nobody else begins to listen there meanwhile.
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var submitter = Submitter(new RelayOptions { Host = "127.0.0.1", Port = ((IPEndPoint)taken.LocalEndPoint!).Port, Tls = TlsMode.None });

        (await submitter.SubmitAsync("main", ToBob, Small, Cancellation))
            .ShouldBe(new Submission.Deferred(DeferralReason.RelayUnavailable, "relay main: no connection (ConnectionRefused)"));
    }

    private static string Step(string stage) => stage switch
    {
        "Mail" => "MAIL FROM",
        "Recipient" => "RCPT TO",
        "Data" => "DATA",
        "FinalDot" => "the end of the message",
        _ => "the connection",
    };
}
