using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>One relay and a submitter for it.</summary>
public abstract class SmtpSubmitterBench : IAsyncLifetime
{
    private protected static readonly Envelope ToBob = new("bounces@bank.example", "bob@example.org");

    private protected readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-submit-");
    private protected readonly RelayCertificates _certificates = new();
    private protected readonly CapturedLogs _logs = new();
    private protected readonly List<IAsyncDisposable> _owned = [];
    private protected readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected static byte[] Small { get; } = Message("Dear Bob,\r\n.\r\n..\r\n.dots\r\n\r\n\r\n.\r\n");

    /// <summary>More than the sockets' buffers hold: writing it notices a relay that does not read.</summary>
    private protected static byte[] Large { get; } = Message(string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 300_000)));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        _certificates.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private protected X509Certificate2 Wrong(string how, RelayCertificates other) => how switch
    {
        "of another root" => other.Server(),
        "for another host" => _certificates.Server(host: "elsewhere.example"),
        "expired" => _certificates.Server(expired: true),
        _ => _certificates.Server(usage: "1.3.6.1.5.5.7.3.2"),
    };

    private protected static byte[] Message(string body) =>
        Encoding.ASCII.GetBytes($"From: Bank <bank@bank.example>\r\nTo: bob@example.org\r\nSubject: Statement\r\nMIME-Version: 1.0\r\n\r\n{body}");

    private protected SmtpSink Sink(Func<SmtpSinkOptions, SmtpSinkOptions>? change = null)
    {
        var options = new SmtpSinkOptions { MailFolder = Path.Combine(_folder.FullName, "mail"), Certificate = _certificates.Server() };
        var sink = SmtpSink.Start(change is null ? options : change(options));
        _owned.Add(sink);
        return sink;
    }

    private protected RelayOptions Relay(SmtpSink sink) => new()
    {
        Host = "localhost",
        Port = sink.Port,
        TrustedRoots = [File("root.pem", _certificates.RootPem)],
        Timeout = TimeSpan.FromMinutes(1),
    };

    private protected SmtpSubmitter Submitter(RelayOptions relay)
    {
        var options = new RelaysOptions { Relays = { ["main"] = relay } };
        var submitter = new SmtpSubmitter(Options.Create(options), new MailLogin(() => throw new InvalidOperationException("no token is wanted")), TestTlsFaults.New(_logs), _time, NullLogger<SmtpSubmitter>.Instance);
        _owned.Add(submitter);
        return submitter;
    }

    private protected string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
