using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>
/// Processes die before and after each request to storage, at each point of an SMTP dialogue and around each timestamp, over
/// seeded schedules with several workers on the same queues. Whatever dies: nothing is lost, each statement has one outcome, and
/// none is submitted twice but by decision.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Lanes = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-crash-");
    private readonly ConcurrentDictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<CrashLane> _lanes = [];
    private AzuriteProcess _azurite = null!;
    private RunningSandbox _sandbox = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Accounts = [.. Enumerable.Range(0, Lanes).Select(Name)] }, Console.Error.WriteLine, Cancellation);
        _sandbox = await RunningSandbox.StartAsync(
            new SandboxOptions { Folder = _folder.FullName, Recipients = [new RecipientOrder(SandboxFixture.Ec, "Emil", KeyKind.P256)] }, Console.Error.WriteLine, Cancellation);
        for (var lane = 0; lane < Lanes; lane++)
            _lanes.Add(await CrashLane.StartAsync(_sandbox, _azurite.StorageOf(Name(lane)), Name(lane), _places, Cancellation));
        var slots = _lanes.SelectMany(lane => lane.All).ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        _sandbox.Timestamps.Watch = name => slots[name].Stamps();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
        await _sandbox.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public Task A_death_at_any_one_step_of_a_message_is_survived() => RunAsync(Enumerable.Range(1, 66).Select(step => CrashSchedule.At(step, CrashWork.Message)));

    [Fact]
    public Task A_death_at_any_one_step_of_a_batch_is_survived() => RunAsync(Enumerable.Range(1, 75).Select(step => CrashSchedule.At(step, CrashWork.Batch)));

    [Fact]
    public async Task An_expansion_killed_at_seeded_lines_loses_no_job_and_repeats_none()
    {
        const int Lines = 60;
        var deaths = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            var batch = $"lines-{seed}";
            await _lanes[0].UploadAsync($"{batch}.jsonl", string.Join('\n', Enumerable.Range(0, Lines).Select(number => TestJob.For(SandboxFixture.Ec, $"job-{number}").With(body => body.Remove("batch")).Json)), Cancellation);
            await _lanes[0].SendAsync(StorageNames.Batches, $$"""{"version":1,"batch":"{{batch}}","manifest":"{{batch}}.jsonl"}""", Cancellation);
#pragma warning disable CA5394 // The same seed must make the same deaths.
            var random = new Random(seed);
            for (var process = 0; await _lanes[0].ReceiveAsync(StorageNames.Batches, Cancellation) is { Length: > 0 } orders; process++)
            {
                foreach (var order in orders)
                {
                    var worker = _lanes[0].Start(process, process % 3 == 2 ? null : random.Next(1, 40));
#pragma warning restore CA5394
                    if (await worker.TryWorkAsync(StorageNames.Batches, order, Cancellation) is not null)
                        await _lanes[0].ReleaseAsync(StorageNames.Batches, order, Cancellation);
                    deaths += worker.Life.IsDead ? 1 : 0;
                }
            }

            var rows = await _lanes[0].Ledger.ByBatchAsync(batch, Cancellation).ToListAsync(Cancellation);
            rows.Select(row => row.Job).ShouldBe(Enumerable.Range(0, Lines).Select(number => $"job-{number}"), ignoreOrder: true);
            (await _lanes[0].Batches.TotalsAsync(batch, Cancellation)).Received.ShouldBe(Lines);
            var record = (await _lanes[0].Batches.FindAsync(batch, Cancellation)).ShouldNotBeNull();
            (record.IsExpanded, record.Parts.Values.Single().Lines).ShouldBe((true, Lines));
            var jobs = new List<string>();
            while (await _lanes[0].ReceiveAsync(StorageNames.Jobs, Cancellation) is { Length: > 0 } messages)
                jobs.AddRange(messages.Select(message => Statements.Intake.JobIdentity.Find(message.Body, message.MessageId)).Where(job => job.Batch == batch).Select(job => job.Job));
            jobs.Distinct(StringComparer.Ordinal).Count().ShouldBe(Lines, "each job is on the queue; one that is there twice is one statement, as its row says");
        }

        deaths.ShouldBeGreaterThan(10);
        output.WriteLine($"{deaths} deaths in 4 expansions of {Lines} lines");
    }

    [Fact]
    public Task Seeded_deaths_with_several_workers_are_survived() => RunAsync(Enumerable.Range(1, 150).Select(CrashSchedule.Of));

    /// <summary>As many as <c>MESIGN_SCHEDULES</c> says (10,000), from the seed <c>MESIGN_SEED</c> on (1).</summary>
    [Fact(Explicit = true)]
    public Task A_long_run_of_seeded_deaths_is_survived() => RunAsync(Enumerable.Range(Setting("MESIGN_SEED", 1), Setting("MESIGN_SCHEDULES", 10_000)).Select(CrashSchedule.Of));

    private async Task RunAsync(IEnumerable<CrashSchedule> schedules)
    {
        var free = new ConcurrentQueue<CrashLane>(_lanes);
        var faults = new ConcurrentQueue<string>();
        var started = Stopwatch.StartNew();
        var count = 0;
        await Parallel.ForEachAsync(schedules, new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = Cancellation }, async (schedule, cancelled) =>
        {
            // A few show what is wrong; each that never settles takes long.
            if (faults.Count >= 10)
                return;

            free.TryDequeue(out var lane);
            foreach (var fault in await lane!.RunAsync(schedule, cancelled))
                faults.Enqueue(fault);
            Interlocked.Increment(ref count);
            free.Enqueue(lane);
        });

        output.WriteLine($"{count} schedules in {started.Elapsed.TotalSeconds:F1} s, {count / started.Elapsed.TotalMinutes:F0} a minute; {_places.Values.Sum()} deaths at {_places.Count} places:");
        foreach (var (place, deaths) in _places.OrderBy(place => place.Key, StringComparer.Ordinal))
            output.WriteLine($"{deaths,6} {place}");
        faults.ShouldBeEmpty(string.Join('\n', faults.Take(20)));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static string Name(int lane) => string.Create(CultureInfo.InvariantCulture, $"crash{lane}");
}
