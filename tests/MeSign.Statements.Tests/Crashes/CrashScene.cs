using System.Collections.Concurrent;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Work that comes by no queue, in an account of its own: what is there before, what two workers do at once, and what must be so afterwards.</summary>
internal abstract class CrashScene
{
    private const int MoreDeaths = 4;

    /// <summary>One more than the workers is a person who decides at the same time.</summary>
    public virtual int Actors => 2;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public abstract Task PrepareAsync(CrashStorage storage);

    /// <returns>What was thrown; null where the actor has done its part.</returns>
    public abstract Task<Exception?> ActAsync(CrashProcess process, int actor, CrashPlan plan);

    public abstract Task<IEnumerable<string>> FindFaultsAsync(CrashStorage storage);

    /// <summary>Plays it once for each step at which an actor may die first, until there is none that it takes; more deaths follow, at any steps.</summary>
    /// <param name="stride">1 for every step, 2 for every other one.</param>
    /// <param name="atOnce">Scenes at a time; <see cref="CrashFixture.Lanes"/> at most.</param>
    public static async Task<CrashReport> RunAsync(CrashFixture fixture, Func<CrashScene> create, int stride, int atOnce = CrashFixture.Lanes)
    {
        var (faults, places) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var started = TimeProvider.System.GetTimestamp();
        var schedules = 0;
        for (var deaths = 1; deaths > 0 && faults.Count < 10; schedules += atOnce)
        {
            deaths = 0;
            await Parallel.ForEachAsync(Enumerable.Range(schedules, atOnce), Cancellation, async (number, _) =>
            {
                var step = 1 + (number * stride);
#pragma warning disable CA5394 // The same step must make the same schedule.
                var random = new Random(step);
                var plan = new CrashPlan([step, .. Enumerable.Range(0, MoreDeaths).Select(_ => random.Next(1, 40))], loses: false, relay: null, places);
#pragma warning restore CA5394
                foreach (var fault in await create().PlayAsync(fixture, plan))
                    faults.Enqueue($"deaths at step {string.Join(" and then ", plan.At)}: {fault}");
                Interlocked.Add(ref deaths, plan.Deaths);
            });
        }

        return new CrashReport(schedules, TimeProvider.System.GetElapsedTime(started), places, [.. faults]);
    }

    private async Task<IEnumerable<string>> PlayAsync(CrashFixture fixture, CrashPlan plan)
    {
        const int MaxRounds = 20;
        var storage = await fixture.NewStorageAsync(Cancellation);
        await PrepareAsync(storage);
        using var logs = new Fixtures.CapturedLogs();
        return await fixture.WithLaneAsync(async slots =>
        {
            var faults = new List<string>();
            var undone = slots.Take(Actors).Index().ToList();
            for (var round = 0; undone.Count > 0; round++)
            {
                if (round == MaxRounds)
                    return ["not done after so many rounds"];
                var thrown = await Task.WhenAll(undone.Select(async one => await ActAsync(await one.Item.LivingAsync(storage, logs, Misdeed.None), one.Index, plan)));
                faults.AddRange(thrown.OfType<Exception>().Where(fault => !CrashCrowd.IsExpected(fault)).Select(fault => $"threw {fault}"));
                undone = [.. undone.Zip(thrown).Where(pair => pair.Second is not null).Select(pair => pair.First)];
            }

            // Nobody dies any more: whoever comes later finds what is left.
            var immortal = new CrashPlan([], loses: false, relay: null, new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
            if (await ActAsync(await slots[0].LivingAsync(storage, logs, Misdeed.None), 0, immortal) is { } failure)
                faults.Add($"a run without deaths threw {failure}");
            return faults.Concat(await FindFaultsAsync(storage));
        });
    }
}
