using System.Collections.Concurrent;
using MeSign.Statements.Delivery;
using MeSign.Statements.Issuers;
using MeSign.Statements.Recipients;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sealing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>
/// Where one process runs at a time: its relay, its address at the timestamp server, and the parts that are costly to make and
/// hold no state of a statement.
/// </summary>
internal sealed class CrashSlot : IAsyncDisposable
{
    private readonly ServiceProvider _parts;

    private CrashSlot(string name, SmtpSink sink, ServiceProvider parts)
    {
        (Name, Sink, _parts) = (name, sink, parts);
        sink.Watch = Interrupt;
    }

    public string Name { get; }

    public SmtpSink Sink { get; }

    public CrashProcess? Process { get; private set; }

    /// <summary>What the relay does wrong by itself.</summary>
    public Misbehaviour? Relay { get; set; }

    public static CrashSlot Create(RunningSandbox sandbox, string connection, string name)
    {
        var sink = SmtpSink.Start(new SmtpSinkOptions { MailFolder = Path.Combine(sandbox.Folder.Path, "crash-mail", name) });
        var settings = new Dictionary<string, string?>(sandbox.Settings, StringComparer.Ordinal)
        {
            [$"MeSign:Issuers:{RunningSandbox.IssuerId}:TimestampServers:0"] = $"{sandbox.Timestamps.TimestampAddress}?{name}",
            ["StatementStorage"] = connection,
            ["MeSign:Timestamps:FailuresToBreak"] = "100",
            ["MeSign:Ledger:StoreAddresses"] = "false",
            ["MeSign:Intake:LinesPerChunk"] = "2",
            ["MeSign:Delivery:Lease"] = "00:00:15",
            ["MeSign:Delivery:ClockSkew"] = "00:00:00",
            ["MeSign:Delivery:FirstDelay"] = "00:00:01",
        };
        return new CrashSlot(name, sink, new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging()
            .AddStatements()
            .BuildServiceProvider());
    }

    /// <summary>A new process, as after a restart: nothing is remembered but what storage holds.</summary>
    public CrashProcess Start(CrashLane lane, int? dieAt, ConcurrentDictionary<string, int> places)
    {
        var services = new ServiceCollection()
            .AddSingleton(_parts.GetRequiredService<IConfiguration>())
            .AddLogging()
            .AddStatements()
            .AddSingleton(_parts.GetRequiredService<IssuerDirectory>())
            .AddSingleton(_parts.GetRequiredService<RecipientDirectory>())
            .AddSingleton(_parts.GetRequiredService<Statements.Pdf.PdfSigner>())
            .AddSingleton(_parts.GetRequiredService<MessageComposer>())
            .AddSingleton(_parts.GetRequiredService<MessageSealer>())
            .AddSingleton(Options.Create(new RelaysOptions
            {
                Relays = { ["sandbox"] = new RelayOptions { Host = "127.0.0.1", Port = Sink.Port, Tls = TlsMode.None, Timeout = TimeSpan.FromSeconds(5) } },
            }));
        return Process = new CrashProcess(lane, services, new ProcessLife(dieAt, places));
    }

    public async Task StopAsync()
    {
        if (Process is { } process)
            await process.DisposeAsync();
        Process = null;
    }

    /// <summary>Before and after a timestamp request of this slot's process.</summary>
    public bool Stamps() => Process?.Life.Survives("timestamp") ?? false;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Sink.DisposeAsync();
        await _parts.DisposeAsync();
    }

    private Misbehaviour? Interrupt(SmtpStage stage)
    {
        // Nobody hears what a dead process says; at the final dot the relay may have taken the message before it noticed.
        if (Process is not { Life: { IsDead: false } life })
            return Misbehaviour.Drop(stage);
        if (!life.Survives($"SMTP {stage}"))
            return stage == SmtpStage.FinalDot ? Misbehaviour.DropAfterFinalDot(keepMessage: life.Steps % 2 == 0) : Misbehaviour.Drop(stage);
        return Relay is { } fault && fault.Takes(stage, []) ? fault : null;
    }
}
