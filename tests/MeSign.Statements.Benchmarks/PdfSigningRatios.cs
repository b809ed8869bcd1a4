using System.Globalization;
using System.Runtime;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// The same work as <see cref="PdfSigningBenchmarks"/>, in rounds of documents each way in turn and by processor time, so that a
/// machine that has other work too gives the same ratios: <c>dotnet run -c Release --project tests/MeSign.Statements.Benchmarks -- ratios</c>.
/// </summary>
internal static class PdfSigningRatios
{
    private const int Rounds = 15;

    // A round is long enough for the collector to come by: what a way leaves to it is part of its cost.
    private const int Kilobytes = 8_000;

    private const int MostTurns = 20;

    public static async Task PrintAsync()
    {
        Console.WriteLine("""
            Processor time of one document, the median of 15 rounds; ratios are of one round, with those of the best and the worst tenth.
            bare               SHA-256 of the document, one operation of the RSA-2048 key, one copy of the document
            bare, timestamped  the same and the operation of the timestamp server's RSA-2048 key; neither HTTP nor the check of the token
            B-T                asks a timestamp server in this process over HTTP: the server's own work counts too
            PdfSharp           with PdfSharpDefaultSigner, not timestamped: as its documentation has it, with a new signer and a new
                               MemoryStream for each document; and kept, with one signer and one stream for all of them

            """);
        foreach (var bytes in new[] { 100_000, 1_000_000 })
        {
            await using var benchmarks = new PdfSigningBenchmarks { Bytes = bytes };
            await benchmarks.SetupAsync();
            Way[] ways =
            [
                new("bare", () => Task.FromResult(benchmarks.Bare())),
                new("PdfSigner, B-B", benchmarks.SignAsync),
                new("PdfSharp", benchmarks.PdfSharpAsync),
                new("PdfSharp, kept", benchmarks.PdfSharpKeptAsync),
                new("bare, timestamped", () => Task.FromResult(benchmarks.BareWithTimestamp())),
                new("PdfSigner, B-T", benchmarks.SignWithTimestampAsync),
            ];
            var documents = Kilobytes * 1000 / bytes;
            await WarmAsync(ways, documents);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var way in ways)
                    await MeasureAsync(way, documents);
            }

            Print(bytes, ways);
        }
    }

    /// <summary>Until the runtime has compiled what it is going to compile: a batch has thousands of documents.</summary>
    private static async Task WarmAsync(Way[] ways, int documents)
    {
        for (var (turn, quiet) = (0, 0); turn < MostTurns && quiet < 2; turn++)
        {
            var compiled = JitInfo.GetCompiledMethodCount();
            foreach (var way in ways)
                await MeasureAsync(way, documents);
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
        }

        foreach (var way in ways)
            way.Costs.Clear();
    }

    private static async Task MeasureAsync(Way way, int documents)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var began = Environment.CpuUsage.TotalTime;
        for (var document = 0; document < documents; document++)
            await way.Sign();
        way.Costs.Add((Environment.CpuUsage.TotalTime - began).TotalMicroseconds / documents);
        way.Allocated = (GC.GetTotalAllocatedBytes() - allocated) / documents;
    }

    private static void Print(int bytes, Way[] ways)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000} kB"));
        foreach (var way in ways)
        {
            var cost = Quantile(way.Costs, 0.5);
            var bare = Array.FindLast(ways[..(Array.IndexOf(ways, way) + 1)], other => other.Name.StartsWith("bare", StringComparison.Ordinal))!;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {way.Name,-17} {cost,6:F0} us {1e6 / cost,6:F0}/s {way.Allocated / 1000,5} kB   {Ratio(way, bare)} x bare   {Ratio(ways[2], way)} x PdfSharp   {Ratio(ways[3], way)} x kept"));
        }
    }

    private static string Ratio(Way one, Way other)
    {
        var ratios = one.Costs.Zip(other.Costs, (a, b) => a / b).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{Quantile(ratios, 0.5):F2} ({Quantile(ratios, 0.1):F2}–{Quantile(ratios, 0.9):F2})");
    }

    private static double Quantile(IEnumerable<double> values, double share) => values.Order().ElementAt((int)(share * Rounds));

    private sealed record Way(string Name, Func<Task> Sign)
    {
        public List<double> Costs { get; } = [];

        public long Allocated { get; set; }
    }
}
