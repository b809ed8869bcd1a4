using System.Globalization;
using System.Runtime;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// Sealing beside the bare cost of its cryptography and beside MimeKit, by processor time, taking turns in one process and on one thread:
/// a machine with other work slows all alike. <c>dotnet run -c Release --project tests/MeSign.Statements.Benchmarks -- compare-sealing</c>.
/// </summary>
internal static class SealingComparison
{
    private const int Rounds = 41;

    private const int MostTurns = 30;

    public static async Task RunAsync()
    {
        using var sealing = new SealingBenchmarks();
        sealing.Setup();
        var bare = new Way("bare", 100, () => Task.FromResult((long)sealing.Bare()));
        var bareWithGcm = new Way("bare, GCM", 100, () => Task.FromResult((long)sealing.BareWithGcm()));
        (Way Way, Way Bare)[] ways =
        [
            (bare, bare),
            (new("seal", 100, sealing.Seal), bare),
            (new("MimeKit", 4, () => Task.FromResult(sealing.MimeKitSignAndEncrypt())), bare),
            (bareWithGcm, bareWithGcm),
            (new("seal, GCM", 100, sealing.SealWithGcm), bareWithGcm),
            (new("compose alone", 100, () => Task.FromResult((long)sealing.ComposeOnly())), bare),
        ];
        await WarmAsync(ways.Select(way => way.Way));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (way, _) in ways)
                await MeasureAsync(way);
        }

        foreach (var (way, itsBare) in ways)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{way.Name,-14}{Median(way.Costs),8:F0} us of processor time{1e6 / Median(way.Costs),7:F0}/s{Ratio(way, itsBare),8:F2} x bare{Ratio(way, ways[1].Way),8:F2} x seal{way.Allocated / 1024.0,8:F0} KiB allocated"));
        }
    }

    /// <summary>Until the runtime has compiled what it is going to compile: a batch has thousands of messages.</summary>
    private static async Task WarmAsync(IEnumerable<Way> ways)
    {
        Way[] all = [.. ways];
        for (var (turn, quiet) = (0, 0); turn < MostTurns && quiet < 2; turn++)
        {
            var compiled = JitInfo.GetCompiledMethodCount();
            foreach (var way in all)
                await MeasureAsync(way);
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
        }

        foreach (var way in all)
            way.Costs.Clear();
    }

    private static async Task MeasureAsync(Way way)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var began = Environment.CpuUsage.TotalTime;
        for (var n = 0; n < way.PerRound; n++)
            await way.Run();
        way.Costs.Add((Environment.CpuUsage.TotalTime - began).TotalMicroseconds / way.PerRound);
        way.Allocated = (GC.GetTotalAllocatedBytes() - allocated) / way.PerRound;
    }

    private static double Ratio(Way one, Way other) => Median(one.Costs.Zip(other.Costs, (a, b) => a / b));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private sealed record Way(string Name, int PerRound, Func<Task<long>> Run)
    {
        public List<double> Costs { get; } = [];

        public long Allocated { get; set; }
    }
}
