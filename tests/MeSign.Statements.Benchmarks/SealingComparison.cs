using System.Globalization;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// Sealing beside the bare cost of its cryptography by processor time, taking turns in one process: a machine with other
/// work slows both alike.
/// </summary>
internal static class SealingComparison
{
    private const int Rounds = 41;
    private const int PerRound = 100;

    public static async Task RunAsync()
    {
        using var sealing = new SealingBenchmarks();
        sealing.Setup();
        (string Name, Func<Task> Run)[] contenders =
        [
            ("bare", () => Task.FromResult(sealing.Bare())),
            ("seal", sealing.Seal),
            ("bare, GCM", () => Task.FromResult(sealing.BareWithGcm())),
            ("seal, GCM", sealing.SealWithGcm),
            ("compose alone", () => Task.FromResult(sealing.ComposeOnly())),
        ];
        var times = contenders.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < contenders.Length; i++)
            {
                var before = Environment.CpuUsage.TotalTime;
                for (var n = 0; n < PerRound; n++)
                    await contenders[i].Run();
                times[i].Add((Environment.CpuUsage.TotalTime - before).TotalMicroseconds / PerRound);
            }
        }

        for (var i = 0; i < contenders.Length; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await contenders[i].Run();
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            var median = times[i].Order().ElementAt(Rounds / 2);
            var ratio = times[i].Zip(times[contenders[i].Name.EndsWith("GCM", StringComparison.Ordinal) ? 2 : 0], (own, bare) => own / bare).Order().ElementAt(Rounds / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contenders[i].Name,-16}{median,10:F0} µs of processor time{ratio,8:F2} × bare{allocated / 1024.0,10:F0} KiB allocated"));
        }
    }
}
