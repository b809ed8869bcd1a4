using System.Globalization;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// The same work as <see cref="PdfSigningBenchmarks"/>, in rounds of a few documents each way in turn and by processor time, so that a
/// machine that has other work too gives the same ratios: <c>dotnet run -c Release --project tests/MeSign.Statements.Benchmarks -- ratios</c>.
/// </summary>
internal static class PdfSigningRatios
{
    private const int Rounds = 40;
    private const int Documents = 25;

    public static async Task PrintAsync()
    {
        foreach (var bytes in new[] { 100_000, 1_000_000 })
        {
            await using var benchmarks = new PdfSigningBenchmarks { Bytes = bytes };
            await benchmarks.SetupAsync();
            (string Name, Func<Task> Sign)[] ways =
            [
                ("bare: hash, RSA-2048, copy", () => Task.FromResult(benchmarks.Bare())),
                ("PdfSigner, B-B", benchmarks.SignAsync),
                ("PdfSharp's own signer", benchmarks.PdfSharpAsync),
                ("bare, timestamped", () => Task.FromResult(benchmarks.BareWithTimestamp())),
                ("PdfSigner, B-T, server in this process", benchmarks.SignWithTimestampAsync),
            ];
            var costs = ways.Select(_ => new List<double>()).ToArray();
            var allocated = new long[ways.Length];
            for (var round = 0; round <= Rounds; round++)
            {
                for (var way = 0; way < ways.Length; way++)
                {
                    var (cost, bytesAllocated) = await MeasureAsync(ways[way].Sign);
                    if (round > 0)
                        costs[way].Add(cost);
                    allocated[way] = bytesAllocated;
                }
            }

            Print(bytes, [.. ways.Select(way => way.Name)], [.. costs.Select(LowestTenth)], allocated);
        }
    }

    private static async Task<(double Microseconds, long Allocated)> MeasureAsync(Func<Task> sign)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var began = Environment.CpuUsage.TotalTime;
        for (var document = 0; document < Documents; document++)
            await sign();
        return ((Environment.CpuUsage.TotalTime - began).TotalMicroseconds / Documents, (GC.GetTotalAllocatedBytes() - allocated) / Documents);
    }

    // Other work on the machine only ever adds.
    private static double LowestTenth(List<double> values) => values.Order().ElementAt(values.Count / 10);

    private static void Print(int bytes, string[] names, double[] costs, long[] allocated)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000} kB"));
        for (var way = 0; way < names.Length; way++)
        {
            var bare = way < 3 ? costs[0] : costs[3];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {names[way],-42} {costs[way],8:F0} us  {1e6 / costs[way],6:F0}/s  {costs[way] / bare,5:F2} x bare  {costs[2] / costs[way],5:F1} x PdfSharp  {allocated[way] / 1000,6} kB"));
        }
    }
}
