using System.Security.Cryptography;
using System.Text;
using MailKit;
using MailKit.Security;
using MimeKit;

namespace MeSign.Statements.Tests.Sandbox;

/// <summary>What the sink takes and keeps.</summary>
public sealed class SmtpSinkTests : SmtpSinkBench
{
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
}
