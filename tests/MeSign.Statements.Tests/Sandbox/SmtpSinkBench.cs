using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MeSign.Statements.Sandbox.Smtp;
using MimeKit;

namespace MeSign.Statements.Tests.Sandbox;

/// <summary>A sink, and clients that talk to it.</summary>
public abstract class SmtpSinkBench : IDisposable
{
    private protected readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-sink-");

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected SmtpSink Start(Func<SmtpSinkOptions, SmtpSinkOptions>? change = null)
    {
        var options = new SmtpSinkOptions { MailFolder = _folder.FullName };
        return SmtpSink.Start(change?.Invoke(options) ?? options);
    }

    private protected static async Task<SmtpClient> ConnectAsync(SmtpSink sink, SecureSocketOptions security = SecureSocketOptions.None)
    {
        var client = Client();
        await client.ConnectAsync("localhost", sink.Port, security, Cancellation);
        return client;
    }

    private protected static SmtpClient Client() => new()
    {
        // The certificates of these tests sign themselves; what is tested here is the dialogue.
        ServerCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject is "CN=localhost",
        CheckCertificateRevocation = false,
    };

    private protected static async Task<List<string>> TalkAsync(SmtpSink sink, params string[] parts)
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

    private protected static MimeMessage Message(params string[] recipients) => new(
        [new MailboxAddress("Bank", "bank@example.test")],
        recipients.Select(address => new MailboxAddress("", address)),
        "Statement",
        new TextPart("plain") { Text = "Hello" });

    private protected static byte[] Bytes(MimeMessage message)
    {
        using var copy = new MemoryStream();
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        message.WriteTo(format, copy, Cancellation);
        return copy.ToArray();
    }

    private protected static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
