using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sandbox.Timestamps;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Soak;

/// <summary>
/// Two <c>mesign run</c> processes over as many statements as <c>MESIGN_SOAK</c> says (20,000), while 5 % of the jobs are bad, 5 % of
/// the recipients have no certificate, the relay fails 5 % of the messages and the timestamp server 5 % of its requests, connections
/// to the storage break, and in the middle it is gone for a while.
/// </summary>
[Collection(Pipeline.KillTests.Alone)]
public sealed class SoakTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Workers = 2;
    private const int HeldByOneWorker = 24;
    private const int LongestQueue = 300;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(8);
    private static readonly TimestampFault[] TimestampFaults =
    [
        TimestampFault.Status(503), TimestampFault.Of(TimestampFaultKind.Drop), TimestampFault.Of(TimestampFaultKind.Garbage), TimestampFault.Of(TimestampFaultKind.Rejection),
        TimestampFault.Of(TimestampFaultKind.WrongNonce), TimestampFault.Of(TimestampFaultKind.WrongImprint), TimestampFault.Of(TimestampFaultKind.BrokenSignature),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-soak-");
    private readonly ConcurrentDictionary<string, StatementState> _told = new(StringComparer.Ordinal);
    private readonly List<SoakWorker> _workers = [];
    private RunningSandbox _sandbox = null!;
    private ServiceProvider _services = null!;
    private int _timestampFaults;
    private int _connections;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("MESIGN_SOAK"), CultureInfo.InvariantCulture, out var count) ? count : 20_000;

    private string Storage => _sandbox.Settings["StatementStorage"]!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(
            new SandboxOptions
            {
                Folder = _folder.FullName,
                Recipients =
                [
                    .. SoakKind.All.Where(kind => kind.HasCertificate).SelectMany(kind => kind.Addresses, (kind, address) =>
                        new RecipientOrder(address, "Somebody", KeyKind.P256, kind.Name == "expired" ? RecipientFault.Expired : RecipientFault.None)),
                ],
            },
            Console.Error.WriteLine,
            Cancellation);
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(_sandbox.Settings).Build())
            .AddLogging()
            .AddStatements()
            .BuildServiceProvider();
        await _services.GetRequiredService<StorageSetup>().EnsureAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        await _services.DisposeAsync();
        await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact(Explicit = true)]
    public async Task Every_statement_is_accounted_for_by_kind_and_memory_stays_flat()
    {
        var plan = SoakStatement.Plan(Count);
        var started = Stopwatch.StartNew();
        Misbehave(plan);
        for (var worker = 0; worker < Workers; worker++)
            _workers.Add(SoakWorker.Start(_sandbox, _folder.FullName));

        var sending = SendAsync(plan);
        for (var isOut = false; !plan.TrueForAll(statement => IsOver(statement.Kind, _told.GetValueOrDefault(statement.Job)));)
        {
            await ListenAsync();
            BreakTimestamps();
            _workers.ForEach(worker => worker.Memory.Sample());
            if (!isOut && _told.Count >= Count / 2)
                isOut = await LoseStorageAsync();
            _workers.ForEach(worker => worker.Process.HasExited.ShouldBeFalse(string.Join('\n', worker.Process.Log.TakeLast(50))));
            (started.Elapsed < TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(Count)).ShouldBeTrue($"{Waiting(plan)}\n{string.Join('\n', _workers.SelectMany(worker => worker.Process.Log.TakeLast(50)))}");
            await Task.Delay(200, Cancellation);
        }

        await sending;
        var elapsed = started.Elapsed;
        foreach (var worker in _workers)
            await worker.Process.StopAsync();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Count} statements in {elapsed.TotalSeconds:F0} s, {Count / elapsed.TotalSeconds:F1} a second; {_timestampFaults} faults of the timestamp server in {_sandbox.Timestamps.Requests} requests, {_workers.Sum(worker => worker.Proxies.Sum(proxy => proxy.Cuts))} storage connections cut and {Outage.TotalSeconds} s without storage, {_connections} connections to the relay"));
        await JudgeAsync(plan);
        _workers.ForEach(worker => output.WriteLine($"{worker.Memory}"));
        // What a process needs at all it has by the end of the first half, unless the run is so short that it is all warming up.
        if (Count >= 1000)
            _workers.ShouldAllBe(worker => worker.Memory.Median(0.75, 1) < worker.Memory.Median(0.25, 0.5) * 1.2 + 24);
    }

    private static bool IsOver(SoakKind kind, StatementState told) => told.IsEnd() || (told == StatementState.Held && kind.End == StatementState.Held);

    private void Misbehave(List<SoakStatement> plan)
    {
        foreach (var kind in SoakKind.All.Where(kind => kind.Fault is not null))
        {
            var fault = kind.Fault!.For(kind.Addresses.Single());
            _sandbox.Sink.Misbehave(kind.IsPassing ? fault.Times(plan.Count(statement => statement.Kind == kind)) : fault);
        }

        _sandbox.Sink.Watch = stage => stage switch
        {
            SmtpStage.Connect when Interlocked.Increment(ref _connections) % 20 == 0 => Misbehaviour.Reply(SmtpStage.Connect, "421 4.7.0 too many connections"),
            SmtpStage.StartTls when _connections % 20 == 10 => Misbehaviour.BreakTls(),
            _ => null,
        };
    }

    private async Task SendAsync(List<SoakStatement> plan)
    {
        var documents = new BlobContainerClient(Storage, StorageNames.Documents);
        foreach (var shared in plan.Select(statement => statement.Document).Distinct(StringComparer.Ordinal))
            await documents.GetBlobClient(shared).UploadAsync(BinaryData.FromBytes(TestJob.For("anybody").Document), overwrite: true, Cancellation);
        await documents.GetBlobClient("text.pdf").UploadAsync(BinaryData.FromBytes(SoakKind.Text), overwrite: true, Cancellation);
        var jobs = new QueueClient(Storage, StorageNames.Jobs);
        foreach (var part in plan.Chunk(50))
        {
            // Azurite's receive is slow over a long queue.
            while ((await jobs.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount > LongestQueue)
                await Task.Delay(200, Cancellation);
            await Parallel.ForEachAsync(part, Cancellation, async (statement, cancelled) =>
                await jobs.SendMessageAsync(statement.Json, cancelled));
        }
    }

    /// <summary>Takes what the bank is told; an end is told once, or again after a fault, and never another one.</summary>
    private async Task ListenAsync()
    {
        var results = new QueueClient(Storage, StorageNames.Results);
        while ((await results.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), Cancellation)).Value is { Length: > 0 } messages)
        {
            await Parallel.ForEachAsync(messages, Cancellation, async (message, cancelled) =>
            {
                var result = TestJob.ReadResult(message.Body);
                _told.AddOrUpdate(result.Job, result.State, (job, before) =>
                {
                    (before == result.State || !before.IsEnd()).ShouldBeTrue($"{job} ended as {before} and as {result.State}");
                    return result.State;
                });
                await results.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancelled);
            });
        }
    }

    /// <summary>One of the next requests of every twenty.</summary>
    private void BreakTimestamps()
    {
        while (_timestampFaults < _sandbox.Timestamps.Requests / 20)
        {
            if (_timestampFaults % 50 == 0)
                _sandbox.Timestamps.Behave();
            _sandbox.Timestamps.Misbehave(TimestampFaults[_timestampFaults++ % TimestampFaults.Length].Times(1));
        }
    }

    private async Task<bool> LoseStorageAsync()
    {
        foreach (var proxy in _workers.SelectMany(worker => worker.Proxies))
            proxy.GoDown();
        await Task.Delay(Outage, Cancellation);
        foreach (var proxy in _workers.SelectMany(worker => worker.Proxies))
            proxy.ComeBack();
        return true;
    }

    private async Task JudgeAsync(List<SoakStatement> plan)
    {
        var ledger = _services.GetRequiredService<StatementLedger>();
        var rows = await plan.Select(statement => statement.Batch).Distinct(StringComparer.Ordinal).ToAsyncEnumerable()
            .SelectMany(batch => ledger.ByBatchAsync(batch, Cancellation)).ToDictionaryAsync(row => row.Job, StringComparer.Ordinal, Cancellation);
        var atRelay = _sandbox.Sink.Messages
            .Select(message => MimeKit.HeaderList.Load(message.Path, Cancellation)[MimeKit.HeaderId.MessageId]!.Trim('<', '>', ' '))
            .CountBy(id => id, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

        rows.Keys.ShouldBe(plan.Select(statement => statement.Job), ignoreOrder: true);
        atRelay.ShouldAllBe(message => message.Value == 1, "sent more than once");
        atRelay.Keys.Except(rows.Values.Select(row => row.MessageId!), StringComparer.Ordinal).ShouldBeEmpty("the relay has a message of no statement");
        var wrong = new List<string>();
        var strayed = 0;
        foreach (var (kind, jobs) in plan.GroupBy(statement => statement.Kind, statement => rows[statement.Job]).Select(group => (group.Key, group.ToList())))
        {
            output.WriteLine($"{kind.Name,-18} {jobs.Count,6}  {string.Join(", ", jobs.CountBy(row => $"{row.State}{row.Code?.ToString().Insert(0, " ")}").Select(state => $"{state.Value} {state.Key}"))}; {jobs.Count(row => atRelay.ContainsKey(row.MessageId ?? ""))} at the relay");
            foreach (var row in jobs)
            {
                var sent = atRelay.GetValueOrDefault(row.MessageId ?? "");
                // A worker that could not record how its submission ended, because the storage was gone, leaves it uncertain.
                if (row.State == StatementState.Uncertain && kind.End == StatementState.Relayed)
                    strayed++;
                else if (row.State != kind.End || row.Code != kind.Code || sent != kind.AtRelay || !row.Reported || _told[row.Job] != row.State)
                    wrong.Add($"{row.Job} of {kind.Name}: {row.State} {row.Code} {row.Detail}, {sent} at the relay, told {_told[row.Job]}");
            }
        }

        wrong.ShouldBeEmpty();
        strayed.ShouldBeLessThanOrEqualTo(Workers * HeldByOneWorker);
        foreach (var queue in StorageNames.WorkQueues.SelectMany(name => new[] { name, name + StorageNames.PoisonSuffix }))
            (await new QueueClient(Storage, queue).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount.ShouldBe(0, queue);
    }

    private string Waiting(List<SoakStatement> plan) => "still waiting for " + string.Join(", ", plan
        .Where(statement => !IsOver(statement.Kind, _told.GetValueOrDefault(statement.Job))).CountBy(statement => statement.Kind.Name).Select(kind => $"{kind.Value} {kind.Key}"));
}
