using System.Collections.Concurrent;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>dovecot's mailbox, read by workers that die.</summary>
[Collection(CrashFixture.Collection)]
public sealed class CrashMailboxTests(CrashFixture fixture, MailServers servers, ITestOutputHelper output) : IClassFixture<MailServers>, IDisposable
{
    /// <summary>dovecot lets a user have ten connections from one address, and takes its time to miss a dead one.</summary>
    private const int AtOnce = 2;

    private readonly ConcurrentDictionary<string, CrashWire> _wires = new(StringComparer.Ordinal);
    private int _scenes;

    public void Dispose()
    {
        foreach (var wire in _wires.Values)
            wire.Dispose();
    }

    [Fact]
    public Task Bounces_of_a_mailbox_are_recorded_and_none_is_lost() => RunAsync(stride: 7);

    [Fact(Explicit = true)]
    public Task A_death_at_any_one_step_is_survived() => RunAsync(stride: 1);

    private async Task RunAsync(int stride)
    {
        var report = await CrashScene.RunAsync(fixture, () => new MailboxScene(servers, Interlocked.Increment(ref _scenes), PortOf), stride, AtOnce);

        output.WriteLine(report.ToString());
        report.Faults.ShouldBeEmpty(string.Join('\n', report.Faults.Take(20)));
        report.Places.Keys.ShouldContain("before IMAP");
        report.Places.Keys.ShouldContain("after IMAP");
    }

    private int PortOf(CrashSlot slot) => _wires.GetOrAdd(slot.Name, _ => new CrashWire("IMAP", servers.ImapsPort, slot.Survives)).Port;
}
