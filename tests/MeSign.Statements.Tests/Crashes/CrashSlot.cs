using MeSign.Statements.Delivery;
using MeSign.Statements.Issuers;
using MeSign.Statements.Recipients;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sealing;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>
/// Where one worker runs at a time: its relay, its address at the timestamp server, and the parts that are costly to make and
/// hold no state of a statement.
/// </summary>
internal sealed class CrashSlot : IAsyncDisposable
{
    private readonly ServiceProvider _parts;
    private CrashProcess? _process;

    private CrashSlot(string name, SmtpSink sink, ServiceProvider parts)
    {
        (Name, Sink, _parts) = (name, sink, parts);
        sink.Watch = Interrupt;
    }

    public string Name { get; }

    public SmtpSink Sink { get; }

    /// <param name="directory">The storage account of the certificate directory.</param>
    public static CrashSlot Create(RunningSandbox sandbox, string directory, string name)
    {
        // Every other relay takes chunks: there the last byte of the message ends it, not a dot that follows.
        var sink = SmtpSink.Start(new SmtpSinkOptions { MailFolder = Path.Combine(sandbox.Folder.Path, "crash-mail", name), Chunking = name[^1] % 2 == 0 });
        var settings = new Dictionary<string, string?>(sandbox.Settings, StringComparer.Ordinal)
        {
            [$"MeSign:Issuers:{RunningSandbox.IssuerId}:TimestampServers:0"] = $"{sandbox.Timestamps.TimestampAddress}?{name}",
            ["StatementStorage"] = directory,
            ["MeSign:Timestamps:FailuresToBreak"] = "100",
            ["MeSign:Ledger:StoreAddresses"] = "false",
            ["MeSign:Intake:LinesPerChunk"] = "2",
            ["MeSign:Delivery:Lease"] = "00:00:15",
            ["MeSign:Delivery:ClockSkew"] = "00:00:00",
            ["MeSign:Delivery:FirstDelay"] = "00:00:01",
            // Far from what the crowds' clock comes to.
            [$"MeSign:Issuers:{RunningSandbox.IssuerId}:Retention:Documents"] = $"{RetentionScene.Age}",
            [$"MeSign:Issuers:{RunningSandbox.IssuerId}:Retention:Messages"] = $"{2 * RetentionScene.Age}",
            [$"MeSign:Issuers:{RunningSandbox.IssuerId}:Retention:Rows"] = $"{3 * RetentionScene.Age}",
            ["MeSign:Sweep:UnclaimedDocumentsAfter"] = $"{RetentionScene.Age}",
        };
        return new CrashSlot(name, sink, new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging()
            .AddStatements()
            .BuildServiceProvider());
    }

    /// <summary>The worker that lives here; where the last one died, a new one, that remembers nothing but what storage holds.</summary>
    public async Task<CrashProcess> LivingAsync(CrashStorage storage, ILoggerProvider logs, Misdeed misdeed)
    {
        if (_process is { Life.IsDead: true })
            await StopAsync();
        return _process ??= Start(storage, logs, misdeed);
    }

    /// <summary>Ends when its relay has read what the worker had sent.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
            await process.DisposeAsync();
        await BoundedWait.UntilAsync(() => Sink.OpenConnections == 0);
        _process = null;
    }

    /// <summary>A step that this slot's worker takes on another way than to storage or its relay.</summary>
    public bool Survives(string place) => _process?.Life.Survives(place) ?? false;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Sink.DisposeAsync();
        await _parts.DisposeAsync();
    }

    private CrashProcess Start(CrashStorage storage, ILoggerProvider logs, Misdeed misdeed)
    {
        var services = new ServiceCollection()
            .AddSingleton(_parts.GetRequiredService<IConfiguration>())
            .AddLogging(logging => logging.AddProvider(logs))
            .AddStatements()
            .AddSingleton(_parts.GetRequiredService<IssuerDirectory>())
            .AddSingleton(_parts.GetRequiredService<RecipientDirectory>())
            .AddSingleton(_parts.GetRequiredService<Statements.Pdf.PdfSigner>())
            .AddSingleton(_parts.GetRequiredService<MessageComposer>())
            .AddSingleton(_parts.GetRequiredService<MessageSealer>())
            .AddSingleton(Options.Create(new RelaysOptions
            {
                Relays = { ["sandbox"] = new RelayOptions { Host = "127.0.0.1", Port = Sink.Port, Tls = TlsMode.None, Timeout = TimeSpan.FromSeconds(20) } },
            }));
        if (storage.Mailbox is { } mailbox)
            services.AddSingleton(Options.Create(mailbox(this)));
        return new CrashProcess(storage, services, misdeed);
    }

    private Misbehaviour? Interrupt(SmtpStage stage)
    {
        if (_process?.Life is not { } life)
            return Misbehaviour.Drop(stage);
        if (life.Survives($"SMTP {stage}"))
            return life.Plan?.Relay is { } fault && fault.Takes(stage, []) ? fault : null;

        // What a process had sent before it died is with the network, and a relay that gets the whole of a message takes it.
        // With BDAT the relay answers nothing before it has the content (RFC 3030 §2): there the point Data comes after it.
        if (life.Plan is { Loses: true } || stage < (Sink.Options.Chunking ? SmtpStage.Data : SmtpStage.Content))
            return Misbehaviour.Drop(stage);
        return stage == SmtpStage.FinalDot ? Misbehaviour.DropAfterFinalDot(keepMessage: true) : null;
    }
}
