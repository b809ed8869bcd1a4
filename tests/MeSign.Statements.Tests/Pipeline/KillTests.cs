using System.Diagnostics;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary><c>mesign run</c> as a process that dies, or is told to stop, in the middle of a batch.</summary>
[Collection(Alone)]
public sealed class KillTests(ITestOutputHelper output) : IAsyncLifetime
{
    public const string Alone = "Processes";

    private const string Batch = "2026-10";
    private const int People = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-kill-");
    private readonly List<MesignProcess> _processes = [];
    private RunningSandbox _sandbox = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StatementLedger Ledger => _services.GetRequiredService<StatementLedger>();

    private Dictionary<string, string?> Settings => new(_sandbox.Settings, StringComparer.Ordinal)
    {
        ["MeSign:Delivery:Lease"] = "00:00:15",
        ["MeSign:Delivery:ClockSkew"] = "00:00:00",
        ["MeSign:Delivery:FirstDelay"] = "00:00:01",
        ["MeSign:Relays:sandbox:Timeout"] = "00:00:05",
    };

    public async ValueTask InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(
            new SandboxOptions
            {
                Folder = _folder.FullName,
                Recipients = [.. Enumerable.Range(0, People).Select(number => new RecipientOrder(Address(number), "Somebody", KeyKind.P256))],
            },
            Console.Error.WriteLine,
            Cancellation);
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(Settings).Build())
            .AddLogging()
            .AddStatements()
            .BuildServiceProvider();
        await _services.GetRequiredService<StorageSetup>().EnsureAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await _services.DisposeAsync();
        await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Killed_three_times_among_500_statements_loses_none_and_sends_none_twice()
    {
        const int Count = 500;
        await SendAsync(Count);
        var started = Stopwatch.StartNew();

        foreach (var relayed in new[] { 50, 170, 290 })
        {
            var process = Run();
            await UntilAsync(() => Task.FromResult(_sandbox.Sink.Count >= relayed));
            await process.KillAsync();
            output.WriteLine($"{started.Elapsed.TotalSeconds:F1} s: killed with {_sandbox.Sink.Count} at the relay, {string.Join(", ", await Ledger.CountAsync(Batch, Cancellation))}");
        }

        var last = Run();
        await EndedAsync(Count);
        await last.StopAsync();

        var rows = await RowsAsync();
        var atRelay = MessageIds();
        output.WriteLine($"{started.Elapsed.TotalSeconds:F1} s: {string.Join(", ", await Ledger.CountAsync(Batch, Cancellation))}; {atRelay.Count} messages at the relay, {_sandbox.Timestamps.Issued} timestamps");
        rows.Count.ShouldBe(Count);
        rows.ShouldAllBe(row => row.State == StatementState.Relayed || row.State == StatementState.Uncertain);
        rows.ShouldAllBe(row => row.Reported);
        atRelay.GroupBy(id => id, StringComparer.Ordinal).Where(same => same.Count() > 1).ShouldBeEmpty();
        rows.Where(row => row.State == StatementState.Relayed).Select(row => row.MessageId).Except(atRelay, StringComparer.Ordinal).ShouldBeEmpty();
        atRelay.Except(rows.Select(row => row.MessageId!), StringComparer.Ordinal).ShouldBeEmpty();
        // What a process holds at once is all that a kill can make uncertain.
        rows.Count(row => row.State == StatementState.Uncertain).ShouldBeLessThanOrEqualTo(3 * 24);
        ShouldNotHaveLoggedPeople();
    }

    [Fact]
    public async Task Told_to_stop_in_the_middle_finishes_what_it_holds_and_leaves_the_rest()
    {
        const int Count = 120;
        await SendAsync(Count);

        var first = Run(lease: "00:01:00");
        await UntilAsync(() => Task.FromResult(_sandbox.Sink.Count >= Count / 4));
        await first.StopAsync();

        (await RowsAsync()).ShouldNotContain(row => row.State == StatementState.Submitting);
        _sandbox.Sink.Count.ShouldBeLessThan(Count);

        var second = Run(lease: "00:01:00");
        await EndedAsync(Count);
        await second.StopAsync();

        (await RowsAsync()).ShouldAllBe(row => row.State == StatementState.Relayed);
        MessageIds().Distinct(StringComparer.Ordinal).Count().ShouldBe(Count);
        _sandbox.Sink.Count.ShouldBe(Count);
        // One in each document and one around each message: no work was thrown away.
        _sandbox.Timestamps.Issued.ShouldBe(2 * Count);
        ShouldNotHaveLoggedPeople();
    }

    /// <param name="lease">Short, so that what a dead process held comes back within seconds; long where nobody dies. On a slow machine it runs out sometimes while somebody lives, hence ten tries.</param>
    private MesignProcess Run(string lease = "00:00:03")
    {
        var hostJson = Path.Combine(_folder.FullName, "host.json");
        File.WriteAllText(hostJson, """
            {
              "version": "2.0",
              "extensions": { "queues": { "messageEncoding": "none", "batchSize": 16, "newBatchThreshold": 8, "maxDequeueCount": 10, "visibilityTimeout": "00:00:01", "maxPollingInterval": "00:00:00.2" } },
              "logging": { "logLevel": { "default": "Debug", "Azure.Core": "Warning", "Azure.Identity": "Warning" } }
            }
            """);
        var process = MesignProcess.Run(Settings.Append(KeyValuePair.Create<string, string?>("MeSign:Runner:Lease", lease)), hostJson);
        _processes.Add(process);
        return process;
    }

    private async Task SendAsync(int count)
    {
        var storage = Settings["StatementStorage"];
        var documents = new BlobContainerClient(storage, StorageNames.Documents);
        var jobs = new QueueClient(storage, StorageNames.Jobs);
        await TestJob.For(Address(0), "shared").UploadAsync(documents);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            Cancellation,
            async (number, cancelled) =>
            {
                var job = TestJob.For(Address(number % People), $"job-{number}").With(body => body["document"]!["blob"] = "shared.pdf");
                await jobs.SendMessageAsync(job.Json, cancelled);
            });
    }

    private Task EndedAsync(int count) => UntilAsync(async () =>
        (await Ledger.CountAsync(Batch, Cancellation)).Where(state => state.Key.IsEnd()).Sum(state => state.Value) == count
        && (await RowsAsync()).TrueForAll(row => row.Reported)
        && await QueuedAsync() == 0);

    private async Task UntilAsync(Func<Task<bool>> done)
    {
        var waited = Stopwatch.StartNew();
        while (!await done())
        {
            if (waited.Elapsed > Limit)
            {
                var states = string.Join(", ", await Ledger.CountAsync(Batch, Cancellation));
                throw new TimeoutException($"{states}; {_sandbox.Sink.Count} at the relay\n{string.Join('\n', _processes[^1].Log.TakeLast(100))}");
            }

            await Task.Delay(200, Cancellation);
        }
    }

    private async Task<List<LedgerRow>> RowsAsync() => await Ledger.ByBatchAsync(Batch, Cancellation).ToListAsync(Cancellation);

    private List<string> MessageIds() =>
    [
        .. _sandbox.Sink.Messages.Select(message => MimeKit.HeaderList.Load(message.Path, Cancellation)[MimeKit.HeaderId.MessageId]!.Trim('<', '>', ' ')),
    ];

    /// <summary>Messages of all queues, visible or not: an order that was put off is still to be found needless.</summary>
    private async Task<int> QueuedAsync()
    {
        var queues = new QueueServiceClient(Settings["StatementStorage"]);
        var counts = StorageNames.WorkQueues.SelectMany(name => new[] { name, name + StorageNames.PoisonSuffix })
            .Select(async name => (await queues.GetQueueClient(name).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);
        return (await Task.WhenAll(counts)).Sum();
    }

    private void ShouldNotHaveLoggedPeople() =>
        _processes.SelectMany(process => process.Log).Where(line => line.Contains("@example.test", StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();

    private static string Address(int number) => $"person-{number}@example.test";
}

[CollectionDefinition(KillTests.Alone, DisableParallelization = true)]
public sealed class ProcessesCollection;
