using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>What relays offer beyond RFC 5321.</summary>
public sealed class RelayFeatureTests : RelayBench
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32 * 1024)]
    [InlineData(32 * 1024 + 1)]
    [InlineData(3_000_000)]
    public async Task Sends_the_same_bytes_in_a_chunk_where_the_relay_takes_chunks(int length)
    {
        var sink = Sink(options => options with { Chunking = true });
        var eml = length == 0 ? Encoding.ASCII.GetBytes("From: a@b.example\r\nTo: bob@example.org\r\n\r\n") : Message(Lines(length));

        var submission = await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob, eml, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.Chunked.ShouldBeTrue();
        (await stored.ReadAsync(Cancellation)).AsSpan().SequenceEqual(eml).ShouldBeTrue();
    }

    [Fact]
    public async Task Sends_data_where_chunks_are_switched_off()
    {
        var sink = Sink(options => options with { Chunking = true });
        var relay = Relay(sink);
        relay.Chunking = false;

        await Submitter(("main", relay)).SubmitAsync("main", ToBob, Eml, Cancellation);

        sink.Messages.ShouldHaveSingleItem().Chunked.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Data", "451 4.3.0 later", typeof(Submission.Deferred))]
    [InlineData("FinalDot", "452 4.3.1 no space", typeof(Submission.Deferred))]
    [InlineData("FinalDot", "554 5.7.1 spam", typeof(Submission.Failed))]
    [InlineData("FinalDot", null, typeof(Submission.Uncertain))]
    public async Task An_answer_to_a_chunk_means_what_it_means_to_data(string stage, string? reply, Type expected)
    {
        var sink = Sink(options => options with { Chunking = true });
        sink.Misbehave(reply is null ? Misbehaviour.DropAfterFinalDot(keepMessage: true) : Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply));

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType(expected);
        sink.Behave();

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_of_a_chunk_is_deferred()
    {
        var sink = Sink(options => options with { Chunking = true });
        sink.Misbehave(Misbehaviour.Drop(SmtpStage.Content));

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob, Message(Lines(20_000_000)), Cancellation)).ShouldBeOfType<Submission.Deferred>();
    }

    [Theory]
    [InlineData(DeliveryStatusNotification.Success | DeliveryStatusNotification.Failure, DeliveryStatusNotificationType.Full, "NOTIFY=SUCCESS,FAILURE", "RET=FULL")]
    [InlineData(DeliveryStatusNotification.Never, DeliveryStatusNotificationType.Unspecified, "NOTIFY=NEVER", null)]
    [InlineData(null, DeliveryStatusNotificationType.HeadersOnly, null, "RET=HDRS")]
    public async Task Asks_for_the_reports_that_the_settings_want(DeliveryStatusNotification? notify, DeliveryStatusNotificationType returned, string? ofRecipient, string? ofSender)
    {
        var sink = Sink();
        var relay = Relay(sink);
        (relay.Notify, relay.Return) = (notify, returned);

        await Submitter(("main", relay)).SubmitAsync("main", ToBob, Eml, Cancellation);

        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.SenderParameters.ShouldBe(new[] { $"SIZE={Eml.Length}", "ENVID=0123456789abcdef", ofSender }.OfType<string>());
        (stored.Recipients[0].Parameters is [var first, ..] ? first : null).ShouldBe(ofRecipient);
    }

    [Fact]
    public async Task Asks_for_TLS_all_the_way_or_sends_nothing()
    {
        var able = Sink(options => options with { RequireTlsExtension = true });
        var unable = Sink();
        var (first, second) = (Relay(able), Relay(unable));
        first.RequireTls = second.RequireTls = true;

        (await Submitter(("main", first)).SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        var refused = await Submitter(("main", second)).SubmitAsync("main", ToBob, Eml, Cancellation);

        able.Messages.ShouldHaveSingleItem().SenderParameters.ShouldContain("REQUIRETLS");
        refused.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayTls);
        refused.ShouldBeOfType<Submission.Deferred>().Detail.ShouldContain("REQUIRETLS");
        unable.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task Logs_in_by_what_the_relay_offers(string mechanism)
    {
        var sink = Sink(options => options with { User = "bank", Password = "s3cret", Mechanisms = mechanism });
        var relay = Relay(sink);
        (relay.User, relay.PasswordFile) = ("bank", File("password", "s3cret\n"));

        (await Submitter(("main", relay)).SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Theory]
    [InlineData("the token", true)]
    [InlineData("another", false)]
    public async Task Logs_in_with_a_token_of_the_identity(string token, bool taken)
    {
        var sink = Sink(options => options with { User = "bank@tenant.example", Token = "the token", Mechanisms = "XOAUTH2" });
        var relay = Relay(sink);
        (relay.User, relay.TokenScope) = ("bank@tenant.example", "https://outlook.office365.com/.default");
        var identity = new Identity(token);

        var submission = await Submitter(identity, ("main", relay)).SubmitAsync("main", ToBob, Eml, Cancellation);

        identity.Scopes.ShouldBe(["https://outlook.office365.com/.default"]);
        if (taken)
            submission.ShouldBeOfType<Submission.Relayed>();
        else
            submission.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.RelayAuthentication);
    }

    [Fact]
    public async Task Shows_its_certificate_to_a_relay_that_asks()
    {
        var sink = Sink(options => options with { AskForCertificate = true });
        var relay = Relay(sink);
        var own = _certificates.Server("client.bank.example", usage: "1.3.6.1.5.5.7.3.2");
        relay.ClientCertificate = Path.Combine(_folder.FullName, "client.p12");
        relay.ClientCertificatePasswordFile = File("client.password", "pw\n");
        await System.IO.File.WriteAllBytesAsync(relay.ClientCertificate, own.Export(X509ContentType.Pkcs12, "pw"), Cancellation);

        (await Submitter(("main", relay)).SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Messages.ShouldHaveSingleItem().ClientCertificate.ShouldBe(own.GetCertHashString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Says_from_and_to_in_one_go_where_the_relay_takes_that(bool offered)
    {
        var sink = Sink(options => options with { Without = offered ? [] : ["PIPELINING"] });

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Messages.ShouldHaveSingleItem().Recipients[0].Pipelined.ShouldBe(offered);
    }

    [Fact]
    public async Task Offers_no_TLS_older_than_1_2()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var relay = new RelayOptions { Host = "localhost", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Tls = TlsMode.Implicit, Timeout = TimeSpan.FromSeconds(60) };

        var submitting = Submitter(("main", relay)).SubmitAsync("main", ToBob, Eml, Cancellation);
        var hello = new byte[2048];
        using (var socket = await listener.AcceptSocketAsync(Cancellation))
            await socket.ReceiveAsync(hello, Cancellation);

        // RFC 8446 §4.2.1: extension 43, its length, the length of the list, and the versions of the list.
        var at = hello.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x00, 0x2b, 0x00, 0x05, 0x04]);
        at.ShouldBeGreaterThan(0);
        Convert.ToHexString(hello, at + 5, 4).ShouldBe("03040303");
        (await submitting).ShouldBeOfType<Submission.Deferred>();
    }
}
