using System.Net;
using System.Net.Sockets;
using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Answers that MailKit does not hand on as answers.</summary>
public sealed class SmtpSubmitterAnswerTests : SmtpSubmitterBench
{
    [Theory]
    [InlineData("530 5.7.0 authenticate")]
    [InlineData("530 5.7.57 not authenticated to send mail")]
    public async Task Defers_on_a_refusal_of_a_chunk_for_want_of_a_login(string reply)
    {
        var sink = Sink(options => options with { Chunking = true });
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.FinalDot, reply));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayAuthentication);
        submission.Reply!.Code.ShouldBe(530);
    }

    [Theory]
    [InlineData("PLAIN LOGIN", "421 4.3.2 closing", DeferralReason.RelayUnavailable)]
    [InlineData("PLAIN", "454 4.7.0 later", DeferralReason.RelayAuthentication)]
    [InlineData("PLAIN LOGIN", "535 5.7.8 wrong password", DeferralReason.RelayAuthentication)]
    [InlineData("XOAUTH2", "421 4.3.2 closing", DeferralReason.RelayUnavailable)]
    [InlineData("XOAUTH2", "535 5.7.8 wrong token", DeferralReason.RelayAuthentication)]
    public async Task Puts_the_answer_to_AUTH_on_record(string mechanisms, string reply, DeferralReason reason)
    {
        var sink = Sink(options => options with { User = "bank", Mechanisms = mechanisms });
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Authenticate, reply));
        var relay = Relay(sink);
        relay.User = "bank";
        if (mechanisms == "XOAUTH2")
            relay.TokenScope = "https://outlook.office365.com/.default";
        else
            relay.PasswordFile = File("password", "s3cret\n");

        var deferred = (await Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        (deferred.Reason, deferred.Detail, deferred.Reply!.ToString()).ShouldBe((reason, $"relay main answered {reply[..9]} to AUTH", reply[..9]));
    }

    [Theory]
    [InlineData("Mail", "450 4.2.0 ", typeof(Submission.Deferred))]
    [InlineData("FinalDot", "250 2.0.0 ", typeof(Submission.Uncertain))]
    public async Task An_answer_that_is_too_long_is_none(string stage, string reply, Type expected)
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply + new string('x', ReplyLimit.MaxBytes)));

        var submission = await Submitter(Relay(sink)).SubmitAsync("main", ToBob, Small, Cancellation);

        submission.ShouldBeOfType(expected);
        submission.Reply.ShouldBeNull();
    }

    [Theory]
    [InlineData("220-")]
    [InlineData("220 localhost\r\n250-")]
    [InlineData("220-\r\n", true)]
    public async Task Defers_when_an_answer_has_no_end(string begin, bool inLines = false)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var relay = new RelayOptions { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Tls = TlsMode.None, Timeout = TimeSpan.FromMinutes(1) };

        var sending = Submitter(relay).SubmitAsync("main", ToBob, Small, Cancellation);
        using var socket = await listener.AcceptSocketAsync(Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(begin), Cancellation);
        var more = Encoding.ASCII.GetBytes(inLines ? string.Concat(Enumerable.Repeat(begin, 8192)) : new string('x', 64 * 1024));
        // Far more than the buffers of both sockets hold: who reads on would take it all.
        var hungUp = await Should.ThrowAsync<SocketException>(async () =>
        {
            for (var sent = 0; sent < 64 * 1024 * 1024; sent += more.Length)
                await socket.SendAsync(more, Cancellation);
        });

        hungUp.SocketErrorCode.ShouldBeOneOf(SocketError.ConnectionReset, SocketError.Shutdown);
        (await sending).ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayUnavailable);
    }
}
