using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Core;
using MailKit;
using MailKit.Net.Smtp;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Envelope = MeSign.Statements.Delivery.Envelope;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>What relays offer beyond RFC 5321, several relays at once, and our own limits on them.</summary>
public sealed class RelayFeatureTests : IAsyncLifetime
{
    private static readonly Envelope ToBob = new("bounces@bank.example", "bob@example.org", "0123456789abcdef");
    private static readonly byte[] Eml = Message("Dear Bob,\r\n.\r\n..\r\n.dots\r\n\r\n.\r\n");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-relay-");
    private readonly RelayCertificates _certificates = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private int _sinks;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        _certificates.Dispose();
        _folder.Delete(recursive: true);
    }

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

    [Fact]
    public async Task Fails_an_address_that_the_relay_cannot_take()
    {
        var sink = Sink(options => options with { Without = ["SMTPUTF8"] });

        var failed = (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob with { Recipient = "čeněk@example.org" }, Eml, Cancellation)).ShouldBeOfType<Submission.Failed>();

        (failed.Code, failed.Detail).ShouldBe((FailureCode.RecipientRefused, "relay main does not offer SMTPUTF8, which the address needs (RFC 6531)"));
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Sends_to_a_domain_in_letters_without_SMTPUTF8_in_its_A_labels()
    {
        var sink = Sink(options => options with { Without = ["SMTPUTF8"] });

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob with { Recipient = "bob@bücher.example" }, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Messages.ShouldHaveSingleItem().Recipients[0].Address.ShouldBe("bob@xn--bcher-kva.example");
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

    [Fact]
    public async Task Takes_the_next_relay_when_one_cannot_be_reached()
    {
        var (first, second) = (Sink(), Sink());
        first.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.3.2 going down"));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        var submission = await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Eml, () => Task.CompletedTask, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
        (first.Count, second.Count).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Sends_by_no_second_relay_what_may_have_left_by_the_first()
    {
        var (first, second) = (Sink(), Sink());
        first.Misbehave(Misbehaviour.Drop(SmtpStage.Content));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        var dropped = await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Message(Lines(20_000_000)), () => Task.CompletedTask, Cancellation);
        first.Behave();
        first.Misbehave(Misbehaviour.DropAfterFinalDot(keepMessage: true));
        var uncertain = await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Eml, () => Task.CompletedTask, Cancellation);

        dropped.ShouldBeOfType<Submission.Deferred>();
        uncertain.ShouldBeOfType<Submission.Uncertain>();
        second.Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_about_the_statement_is_not_asked_of_another_relay()
    {
        var (first, second) = (Sink(), Sink());
        first.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 no such user"));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        (await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Eml, () => Task.CompletedTask, Cancellation)).ShouldBeOfType<Submission.Failed>();

        second.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Leaves_a_relay_alone_that_failed_too_often_and_comes_back_to_it()
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.7.0 too many"));
        var relay = Relay(sink);
        (relay.FailuresToBreak, relay.BreakFor) = (2, TimeSpan.FromSeconds(2));
        var submitter = Submitter(("main", relay));
        for (var i = 0; i < 2; i++)
            (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>().After.ShouldBeNull();

        var left = (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        left.Detail.ShouldBe("relay main is left alone: it failed 2 times in a row");
        left.After.ShouldBe(TimeSpan.FromSeconds(2));
        sink.Connections.ShouldBe(2);
        sink.Behave();
        _time.Advance(TimeSpan.FromSeconds(2));
        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Does_not_send_what_its_caller_could_not_put_on_record()
    {
        var sink = Sink();
        var submitter = Submitter(("main", Relay(sink)));

        await Should.ThrowAsync<TimeoutException>(() => submitter.SubmitAsync(SmtpSubmissions.Only("main"), ToBob, Eml, () => throw new TimeoutException("no ledger"), Cancellation));

        sink.Count.ShouldBe(0);
        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Announces_the_body_once_and_only_when_the_addresses_are_taken()
    {
        var sink = Sink();
        var submitter = Submitter(("main", Relay(sink)));
        var announced = 0;
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "450 4.2.1 greylisted").Times(1));

        for (var i = 0; i < 2; i++)
        {
            await submitter.SubmitAsync(SmtpSubmissions.Only("main"), ToBob, Eml, () =>
            {
                announced++;
                return Task.CompletedTask;
            }, Cancellation);
            announced.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Keeps_to_so_many_messages_in_a_second_and_to_a_domain()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.EachDomain = new DomainLimitOptions { MessagesPerSecond = 0.01 };
        relay.Domains["example.net"] = new DomainLimitOptions { MessagesPerSecond = 100 };
        var submitter = Submitter(("main", relay));

        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        var second = (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();
        var third = (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        (second.Reason, second.After, third.After).ShouldBe((DeferralReason.Limited, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200)));
        for (var i = 0; i < 5; i++)
            (await submitter.SubmitAsync("main", ToBob with { Recipient = "bob@example.net" }, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        sink.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Keeps_to_so_many_messages_in_a_second_in_all()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.MessagesPerSecond = 0.01;
        var submitter = Submitter(("main", relay));

        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        var second = (await submitter.SubmitAsync("main", ToBob with { Recipient = "eve@example.net" }, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        (second.Reason, second.After).ShouldBe((DeferralReason.Limited, TimeSpan.FromSeconds(100)));
        sink.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Has_no_more_on_the_way_to_one_domain_than_allowed()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.EachDomain = new DomainLimitOptions { MaxConnections = 1 };
        var submitter = Submitter(("main", relay));
        var atTheDoor = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();

        var first = submitter.SubmitAsync(SmtpSubmissions.Only("main"), ToBob, Eml, async () =>
        {
            atTheDoor.SetResult();
            await goOn.Task;
        }, Cancellation);
        await atTheDoor.Task;
        var second = await submitter.SubmitAsync("main", ToBob, Eml, Cancellation);
        var elsewhere = await submitter.SubmitAsync("main", ToBob with { Recipient = "bob@example.net" }, Eml, Cancellation);
        goOn.SetResult();

        second.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.Limited);
        elsewhere.ShouldBeOfType<Submission.Relayed>();
        (await first).ShouldBeOfType<Submission.Relayed>();
        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
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

    [Fact]
    public void Draws_relays_by_their_shares_and_those_without_one_last()
    {
        var shares = Shares(("a", 3), ("b", 1), ("c", 0));

        var orders = Enumerable.Range(0, 4000).Select(_ => string.Concat(RelayChoice.Order(shares))).CountBy(order => order).ToDictionary();

        orders.Keys.ShouldBe(["abc", "bac"], ignoreOrder: true);
        // 3,000 expected, standard deviation 27.
        orders["abc"].ShouldBeInRange(2800, 3200);
    }

    private static Dictionary<string, int> Shares(params (string Relay, int Share)[] shares) => shares.ToDictionary(one => one.Relay, one => one.Share, StringComparer.OrdinalIgnoreCase);

    private static byte[] Message(string body) =>
        Encoding.ASCII.GetBytes($"From: Bank <bank@bank.example>\r\nTo: bob@example.org\r\nSubject: Statement\r\nMIME-Version: 1.0\r\n\r\n{body}");

    /// <summary>So many characters, in lines that begin with dots.</summary>
    private static string Lines(int length) => string.Concat(Enumerable.Repeat(".." + new string('x', 74) + "\r\n", length / 78 + 1))[..Math.Max(0, length - 2)] + "\r\n";

    private SmtpSink Sink(Func<SmtpSinkOptions, SmtpSinkOptions>? change = null)
    {
        var options = new SmtpSinkOptions { MailFolder = Path.Combine(_folder.FullName, $"mail{++_sinks}"), Certificate = _certificates.Server() };
        var sink = SmtpSink.Start(change is null ? options : change(options));
        _owned.Add(sink);
        return sink;
    }

    private RelayOptions Relay(SmtpSink sink) => new()
    {
        Host = "localhost",
        Port = sink.Port,
        TrustedRoots = [File("root.pem", _certificates.RootPem)],
        Timeout = TimeSpan.FromSeconds(60),
    };

    private SmtpSubmitter Submitter(params (string Id, RelayOptions Options)[] relays) => Submitter(new Identity("none"), relays);

    private SmtpSubmitter Submitter(Identity identity, params (string Id, RelayOptions Options)[] relays)
    {
        var options = new RelaysOptions { Relays = relays.ToDictionary(relay => relay.Id, relay => relay.Options, StringComparer.OrdinalIgnoreCase) };
        var submitter = new SmtpSubmitter(Options.Create(options), new MailLogin(() => identity), _time, NullLogger<SmtpSubmitter>.Instance);
        _owned.Add(submitter);
        return submitter;
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>What Azure would say of this process.</summary>
    private sealed class Identity(string token) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken(token, DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
