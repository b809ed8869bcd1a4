using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MeSign.Statements.Sandbox.Smtp;
using MimeKit;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class SmtpSinkTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-sink-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Stores_a_message_byte_for_byte_with_its_envelope()
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        var message = Message("anna@example.test", "bob@example.test");
        message.Body = new TextPart("plain") { Text = ".\r\n..two\r\nthree.\r\n.\r\n" };
        message.Prepare(EncodingConstraint.SevenBit);

        await client.SendAsync(message, Cancellation);

        var stored = sink.Messages.ShouldHaveSingleItem();
        (await stored.ReadAsync(Cancellation)).ShouldBe(Bytes(message));
        stored.Sender.ShouldBe("bank@example.test");
        stored.Recipients.Select(recipient => recipient.Address).ShouldBe(["anna@example.test", "bob@example.test"]);
        stored.Acknowledged.ShouldBeTrue();
        Path.GetFileName(stored.Path).ShouldBe("000001-anna@example.test.eml");
    }

    [Fact]
    public async Task Stores_an_empty_message()
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", ".\r\nQUIT\r\n");

        replies[^2].ShouldStartWith("250 ");
        sink.Messages.ShouldHaveSingleItem().Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task Takes_a_message_that_arrives_one_byte_at_a_time()
    {
        await using var sink = Start();
        var content = "Subject: x\r\n\r\n..a\r\n.\r\n";

        var replies = await TalkAsync(
            sink, ["EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", .. content.Select(c => c.ToString()), "QUIT\r\n"]);

        replies[^2].ShouldStartWith("250 ");
        Encoding.ASCII.GetString(await sink.Messages.ShouldHaveSingleItem().ReadAsync(Cancellation)).ShouldBe("Subject: x\r\n\r\n.a\r\n");
    }

    [Fact]
    public async Task Takes_large_messages_on_many_connections_at_once()
    {
        await using var sink = Start();
        var content = RandomNumberGenerator.GetBytes(300_000);

        var sent = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var client = await ConnectAsync(sink);
            var hash = "";
            for (var i = 0; i < 5; i++)
            {
                var message = Message("b@example.test");
                message.Body = new MimePart("application", "octet-stream")
                {
                    Content = new MimeContent(new MemoryStream(content)),
                    ContentTransferEncoding = ContentEncoding.Base64,
                };
                message.MessageId = "same@example.test";
                message.Date = DateTimeOffset.UnixEpoch;
                hash = Convert.ToHexString(SHA256.HashData(Bytes(message)));
                await client.SendAsync(message, Cancellation);
            }

            return hash;
        }));

        sink.Messages.Select(message => message.Number).Order().ShouldBe(Enumerable.Range(1, 40));
        foreach (var message in sink.Messages)
            Convert.ToHexString(SHA256.HashData(await message.ReadAsync(Cancellation))).ShouldBeOneOf(sent);
    }

    [Fact]
    public async Task Speaks_starttls_and_implicit_tls()
    {
        using var certificate = Certificate();
        await using var sink = Start(options => options with { Certificate = certificate });
        using var starttls = await ConnectAsync(sink, SecureSocketOptions.StartTls);
        using var immediate = Client();
        await immediate.ConnectAsync("localhost", sink.ImplicitTlsPort, SecureSocketOptions.SslOnConnect, Cancellation);

        await starttls.SendAsync(Message("a@example.test"), Cancellation);
        await immediate.SendAsync(Message("a@example.test"), Cancellation);

        sink.Messages.Select(message => message.Tls).ShouldBe([true, true]);
    }

    [Fact]
    public async Task Refuses_mail_without_tls_where_it_offers_tls()
    {
        using var certificate = Certificate();
        await using var sink = Start(options => options with { Certificate = certificate });
        using var client = await ConnectAsync(sink);

        var refusal = await Should.ThrowAsync<ServiceNotAuthenticatedException>(client.SendAsync(Message("a@example.test"), Cancellation));

        refusal.Message.ShouldContain("STARTTLS");
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_commands_smuggled_in_behind_starttls()
    {
        using var certificate = Certificate();
        await using var sink = Start(options => options with { Certificate = certificate });

        var replies = await TalkAsync(sink, "EHLO x\r\nSTARTTLS\r\nMAIL FROM:<a@example.test>\r\n");

        replies[^1].ShouldStartWith("501 5.5.4");
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task Authenticates_over_tls(string mechanism)
    {
        using var certificate = Certificate();
        await using var sink = Start(options => options with { Certificate = certificate, User = "bank", Password = "häslo" });
        using var client = await ConnectAsync(sink, SecureSocketOptions.StartTls);
        client.AuthenticationMechanisms.IntersectWith([mechanism]);

        await Should.ThrowAsync<ServiceNotAuthenticatedException>(client.SendAsync(Message("a@example.test"), Cancellation));
        await Should.ThrowAsync<AuthenticationException>(client.AuthenticateAsync("bank", "wrong", Cancellation));
        await client.AuthenticateAsync("bank", "häslo", Cancellation);
        await client.SendAsync(Message("a@example.test"), Cancellation);

        sink.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Takes_addresses_outside_ascii_only_with_smtputf8()
    {
        await using var sink = Start();

        var without = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<a@example.test>\r\nRCPT TO:<jiří@example.test>\r\nQUIT\r\n");
        using var client = await ConnectAsync(sink);
        await client.SendAsync(
            new FormatOptions { International = true },
            Message("jiří@example.test"),
            Cancellation);

        without[^2].ShouldStartWith("553 5.6.7");
        sink.Messages.ShouldHaveSingleItem().Recipients[0].Address.ShouldBe("jiří@example.test");
    }

    [Theory]
    [InlineData("a\nb\r\n", "550 5.6.0 bare")]
    [InlineData("a\rb\r\n", "550 5.6.0 bare")]
    public async Task Refuses_bare_line_ends(string content, string refusal)
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", content + ".\r\nQUIT\r\n");

        replies[^2].ShouldStartWith(refusal);
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_dot_after_a_bare_line_feed_ends_nothing()
    {
        await using var sink = Start();

        var replies = await TalkAsync(
            sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", "a\n.\r\nMAIL FROM:<smuggled@example.test>\r\n.\r\nQUIT\r\n");

        replies[^2].ShouldStartWith("550 5.6.0");
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_a_message_over_its_size_and_goes_on()
    {
        await using var sink = Start(options => options with { MaxMessageBytes = 1_000 });
        var large = string.Concat(Enumerable.Repeat("0123456789\r\n", 20_000));

        var announced = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<> SIZE=1001\r\nQUIT\r\n");
        var sent = await TalkAsync(
            sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", large + ".\r\nNOOP\r\nQUIT\r\n");

        announced[^2].ShouldStartWith("552 5.3.4");
        sent[^3].ShouldStartWith("552 5.3.4");
        sent[^2].ShouldStartWith("250 ");
    }

    [Fact]
    public async Task Refuses_a_line_without_end()
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, new string('x', 40_000));

        replies[^1].ShouldStartWith("500 5.5.6");
    }

    [Fact]
    public async Task Refuses_recipients_over_its_limit()
    {
        await using var sink = Start(options => options with { MaxRecipients = 1 });

        var replies = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nQUIT\r\n");

        replies[^2].ShouldStartWith("452 4.5.3");
    }

    [Fact]
    public async Task Refuses_commands_out_of_order()
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, "MAIL FROM:<>\r\nEHLO x\r\nRCPT TO:<a@example.test>\r\nDATA\r\nWHAT\r\nMAIL TO:<>\r\nQUIT\r\n");

        replies.Where(reply => reply[3] == ' ').Select(reply => reply[..3]).ShouldBe(["220", "503", "250", "503", "503", "500", "501", "221"]);
    }

    [Fact]
    public async Task Keeps_notify_parameters()
    {
        await using var sink = Start();

        await TalkAsync(
            sink,
            "EHLO x\r\nMAIL FROM:<a@example.test> RET=HDRS ENVID=1\r\nRCPT TO:<b@example.test> NOTIFY=FAILURE\r\nDATA\r\n",
            "x\r\n.\r\nQUIT\r\n");

        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.SenderParameters.ShouldBe(["RET=HDRS", "ENVID=1"]);
        stored.Recipients[0].Parameters.ShouldBe(["NOTIFY=FAILURE"]);
    }

    [Fact]
    public async Task Goes_on_counting_in_a_folder_that_has_mail()
    {
        await using (var first = Start())
            await TalkAsync(first, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", "x\r\n.\r\nQUIT\r\n");

        await using var second = Start();
        await TalkAsync(second, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<../../a@example.test>\r\nDATA\r\n", "x\r\n.\r\nQUIT\r\n");

        _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal)
            .ShouldBe(["000001-a@example.test.eml", "000002-.._.._a@example.test.eml"]);
    }

    [Theory]
    [InlineData("Mail", "550 5.7.1 not from you", 550)]
    [InlineData("Recipient", "550 5.1.1 no such user", 550)]
    [InlineData("Data", "451 4.3.0 later", 451)]
    [InlineData("FinalDot", "554 5.6.0 not that", 554)]
    public async Task Refuses_where_it_is_told_to_and_then_behaves(string stage, string reply, int code)
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        sink.Misbehave(Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply).Times(1));

        var refusal = await Should.ThrowAsync<SmtpCommandException>(client.SendAsync(Message("a@example.test"), Cancellation));
        await client.SendAsync(Message("a@example.test"), Cancellation);

        ((int)refusal.StatusCode).ShouldBe(code);
        sink.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refuses_one_recipient_only()
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.FinalDot, "452 4.2.2 mailbox full").For("full@example.test"));

        var refusal = await Should.ThrowAsync<SmtpCommandException>(client.SendAsync(Message("full@example.test"), Cancellation));
        await client.SendAsync(Message("a@example.test"), Cancellation);

        ((int)refusal.StatusCode).ShouldBe(452);
        sink.Messages.ShouldHaveSingleItem().Recipients[0].Address.ShouldBe("a@example.test");
    }

    [Theory]
    [InlineData("Content", false, 0)]
    [InlineData("FinalDot", false, 0)]
    [InlineData("FinalDot", true, 1)]
    public async Task Drops_around_the_final_dot(string stage, bool keeps, int stored)
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        sink.Misbehave(stage is "Content" ? Misbehaviour.Drop(SmtpStage.Content) : Misbehaviour.DropAfterFinalDot(keeps));

        await Should.ThrowAsync<Exception>(client.SendAsync(Message("a@example.test"), Cancellation));

        sink.Count.ShouldBe(stored);
        sink.Messages.ShouldAllBe(message => !message.Acknowledged);
    }

    [Fact]
    public async Task Stalls_until_the_client_leaves()
    {
        await using var sink = Start();
        sink.Misbehave(Misbehaviour.Stall(SmtpStage.FinalDot));
        using var client = await ConnectAsync(sink);
        client.Timeout = 500;

        await Should.ThrowAsync<Exception>(client.SendAsync(Message("a@example.test"), Cancellation));

        client.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task Stalls_for_a_while_and_goes_on()
    {
        await using var sink = Start();
        sink.Misbehave(Misbehaviour.Stall(SmtpStage.Recipient, TimeSpan.FromMilliseconds(50)));
        using var client = await ConnectAsync(sink);

        await client.SendAsync(Message("a@example.test"), Cancellation);

        sink.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refuses_connections_over_its_limit()
    {
        await using var sink = Start(options => options with { MaxConnections = 1 });
        using var first = await ConnectAsync(sink);

        var replies = await TalkAsync(sink);

        replies.ShouldBe(["421 4.7.0 too many connections"]);
    }

    private SmtpSink Start(Func<SmtpSinkOptions, SmtpSinkOptions>? change = null)
    {
        var options = new SmtpSinkOptions { MailFolder = _folder.FullName };
        return SmtpSink.Start(change?.Invoke(options) ?? options);
    }

    private static async Task<SmtpClient> ConnectAsync(SmtpSink sink, SecureSocketOptions security = SecureSocketOptions.None)
    {
        var client = Client();
        await client.ConnectAsync("localhost", sink.Port, security, Cancellation);
        return client;
    }

    private static SmtpClient Client() => new()
    {
        // The certificates of these tests sign themselves; what is tested here is the dialogue.
        ServerCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject is "CN=localhost",
        CheckCertificateRevocation = false,
    };

    private static async Task<List<string>> TalkAsync(SmtpSink sink, params string[] parts)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", sink.Port, Cancellation);
        await using var stream = client.GetStream();
        foreach (var part in parts)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(part), Cancellation);
            await stream.FlushAsync(Cancellation);
        }

        if (parts.Length > 0)
            client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        var replies = new List<string>();
        while (await reader.ReadLineAsync(Cancellation) is { } line)
            replies.Add(line);
        return replies;
    }

    private static MimeMessage Message(params string[] recipients) => new(
        [new MailboxAddress("Bank", "bank@example.test")],
        recipients.Select(address => new MailboxAddress("", address)),
        "Statement",
        new TextPart("plain") { Text = "Hello" });

    private static byte[] Bytes(MimeMessage message)
    {
        using var copy = new MemoryStream();
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        message.WriteTo(format, copy, Cancellation);
        return copy.ToArray();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
