using System.Text;
using Azure.Core;
using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Relays of every kind and a submitter for several.</summary>
public abstract class RelayBench : IAsyncLifetime
{
    private protected static readonly Envelope ToBob = new("bounces@bank.example", "bob@example.org", "0123456789abcdef");
    private protected static readonly byte[] Eml = Message("Dear Bob,\r\n.\r\n..\r\n.dots\r\n\r\n.\r\n");

    private protected readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-relay-");
    private protected readonly RelayCertificates _certificates = new();
    private protected readonly CapturedLogs _logs = new();
    private protected readonly List<IAsyncDisposable> _owned = [];
    private protected readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private protected int _sinks;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        _certificates.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static byte[] Message(string body) =>
        Encoding.ASCII.GetBytes($"From: Bank <bank@bank.example>\r\nTo: bob@example.org\r\nSubject: Statement\r\nMIME-Version: 1.0\r\n\r\n{body}");

    /// <summary>So many characters, in lines that begin with dots.</summary>
    private protected static string Lines(int length) => string.Concat(Enumerable.Repeat(".." + new string('x', 74) + "\r\n", length / 78 + 1))[..Math.Max(0, length - 2)] + "\r\n";

    private protected SmtpSink Sink(Func<SmtpSinkOptions, SmtpSinkOptions>? change = null)
    {
        var options = new SmtpSinkOptions { MailFolder = Path.Combine(_folder.FullName, $"mail{++_sinks}"), Certificate = _certificates.Server() };
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

    private protected SmtpSubmitter Submitter(params (string Id, RelayOptions Options)[] relays) => Submitter(new Identity("none"), relays);

    private protected SmtpSubmitter Submitter(Identity identity, params (string Id, RelayOptions Options)[] relays)
    {
        var options = new RelaysOptions { Relays = relays.ToDictionary(relay => relay.Id, relay => relay.Options, StringComparer.OrdinalIgnoreCase) };
        var submitter = new SmtpSubmitter(Options.Create(options), new MailLogin(() => identity), TestTlsFaults.New(_logs), _time, NullLogger<SmtpSubmitter>.Instance);
        _owned.Add(submitter);
        return submitter;
    }

    private protected string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>What Azure would say of this process.</summary>
    private protected sealed class Identity(string token) : TokenCredential
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
