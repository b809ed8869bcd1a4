using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>What all schedules share: the storage emulator, the authority, and places for workers. Each crowd has an account of its own.</summary>
public sealed class CrashFixture : IAsyncLifetime
{
    public const string Collection = "Crashes";

    /// <summary>How many schedules run at a time on the same queues.</summary>
    public const int Schedules = 24;

    /// <summary>How many crowds run at a time.</summary>
    public const int Lanes = 4;

    private const int Workers = 3;
    private const int Accounts = 1000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-crash-");
    private readonly ConcurrentQueue<IReadOnlyList<CrashSlot>> _lanes = new();
    private AzuriteProcess _azurite = null!;
    private RunningSandbox _sandbox = null!;
    private int _taken;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { Accounts = [.. Enumerable.Range(0, Accounts).Select(Name)] }, Console.Error.WriteLine, cancellation);
        _sandbox = await RunningSandbox.StartAsync(
            new SandboxOptions { Folder = _folder.FullName, Recipients = [new RecipientOrder(SandboxFixture.Ec, "Emil", KeyKind.P256)] }, Console.Error.WriteLine, cancellation);
        var directory = (await NewStorageAsync(cancellation)).Connection;
        foreach (var lane in Enumerable.Range(0, Lanes))
            _lanes.Enqueue([.. Enumerable.Range(0, Workers).Select(worker => CrashSlot.Create(_sandbox, directory, $"{lane}-{worker}"))]);
        var slots = _lanes.SelectMany(lane => lane).ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        _sandbox.Timestamps.Watch = name => slots[name].Survives("timestamp");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _lanes.SelectMany(lane => lane))
            await slot.DisposeAsync();
        await _sandbox.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    internal async Task<CrashStorage> NewStorageAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _taken);
        if (number >= Accounts)
            throw new InvalidOperationException($"All {Accounts} accounts are taken: declare more in {nameof(CrashFixture)}.");
        return await CrashStorage.CreateAsync(_sandbox, _azurite.StorageOf(Name(number)), cancellationToken);
    }

    /// <summary>Does something with the workers of one lane, which nobody else has meanwhile.</summary>
    internal async Task<T> WithLaneAsync<T>(Func<IReadOnlyList<CrashSlot>, Task<T>> work)
    {
        if (!_lanes.TryDequeue(out var lane))
            throw new InvalidOperationException($"There are {Lanes} lanes.");
        try
        {
            return await work(lane);
        }
        finally
        {
            foreach (var slot in lane)
                await slot.StopAsync();
            _lanes.Enqueue(lane);
        }
    }

    /// <summary>Runs schedules, a crowd at a time in each lane, until all are done or enough is broken.</summary>
    /// <param name="atOnce">Crowds at a time; <see cref="Lanes"/> at most.</param>
    /// <returns>How many were run, and what was broken.</returns>
    internal async Task<CrashReport> RunAsync(IEnumerable<CrashSchedule> schedules, Misdeed misdeed, int atOnce, int enough, CancellationToken cancellationToken)
    {
        var (faults, places) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var started = Stopwatch.StartNew();
        var count = 0;
        await Parallel.ForEachAsync(schedules.Chunk(Schedules), new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, async (crowd, cancelled) =>
        {
            // A few show what is wrong; each that never settles takes long.
            if (faults.Count >= enough)
                return;

            var storage = await NewStorageAsync(cancelled);
            using var logs = new CapturedLogs();
            foreach (var fault in await WithLaneAsync(lane => new CrashCrowd(storage, lane, crowd, places, misdeed, logs).RunAsync(cancelled)))
                faults.Enqueue(fault);
            Interlocked.Add(ref count, crowd.Length);
        });
        return new CrashReport(count, started.Elapsed, places, [.. faults]);
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"crash{number:0000}");
}

internal sealed record CrashReport(int Schedules, TimeSpan Time, IReadOnlyDictionary<string, int> Places, IReadOnlyList<string> Faults)
{
    public override string ToString() =>
        $"{Schedules} schedules in {Time.TotalSeconds:F1} s, {Schedules / Time.TotalMinutes:F0} a minute; {Places.Values.Sum()} deaths at {Places.Count} places:\n"
        + string.Join('\n', Places.OrderBy(place => place.Key, StringComparer.Ordinal).Select(place => $"{place.Value,6} {place.Key}"));
}

[CollectionDefinition(CrashFixture.Collection)]
public sealed class CrashCollection : ICollectionFixture<CrashFixture>;
