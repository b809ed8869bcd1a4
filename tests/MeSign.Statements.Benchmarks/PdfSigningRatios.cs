using System.Globalization;
using System.Runtime;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// The same work as <see cref="PdfSigningBenchmarks"/>, in rounds of documents each way in turn and by processor time, so that a
/// machine that has other work too gives the same ratios: <c>dotnet run -c Release --project tests/MeSign.Statements.Benchmarks -- ratios</c>.
/// </summary>
internal static class PdfSigningRatios
{
    private const int Rounds = 31;

    // A round is long enough for the collector to come by: what a way leaves to it is part of its cost.
    private const int Kilobytes = 8_000;

    private const int MostTurns = 40;
    private const int QuietTurns = 3;

    public static async Task PrintAsync()
    {
        Console.WriteLine($"""
            Processor time of one document, the median of {Rounds} rounds; ratios are of one round, with those of the best and the worst tenth.
            bare               SHA-256 of the document, one operation of the RSA-2048 key, one copy of the document
            bare, timestamped  the same and the operation of the timestamp authority's RSA-2048 key; not the check of the token
            PdfSigner, B-T     the authority is in this process and asked directly; what it does beside its key's operation counts too
            B-T over HTTP      the same over HTTP on loopback, both ends in this process
            PdfSharp           with PdfSharpDefaultSigner, not timestamped: as its documentation has it, with a new signer and a new
                               MemoryStream for each document; and kept, with one signer and one stream for all of them
            node-signpdf       not timestamped, as its documentation has it; pdfsig: not timestamped, a process for each document

            """);
        foreach (var bytes in new[] { 100_000, 1_000_000 })
        {
            await using var benchmarks = new PdfSigningBenchmarks { Bytes = bytes };
            await benchmarks.SetupAsync();
            using var peers = new PdfSigningPeers();
            List<Way> ways =
            [
                new("bare", () => Task.FromResult(benchmarks.Bare())),
                new("PdfSigner, B-B", benchmarks.SignAsync),
                new("PdfSharp", benchmarks.PdfSharpAsync),
                new("PdfSharp, kept", benchmarks.PdfSharpKeptAsync),
                .. await PeersAsync(benchmarks, peers),
                new("bare, timestamped", () => Task.FromResult(benchmarks.BareWithTimestamp())),
                new("PdfSigner, B-T", benchmarks.SignWithTimestampAsync),
                new("B-T over HTTP", benchmarks.SignWithTimestampOverHttpAsync),
            ];
            var documents = Kilobytes * 1000 / bytes;
            await WarmAsync(ways, documents);
            for (var round = 0; round < Rounds; round++)
            {
                // There and back: what goes on beside this falls on none more than on another.
                foreach (var way in round % 2 == 0 ? ways : Enumerable.Reverse(ways))
                    await way.MeasureAsync(documents);
            }

            Print(bytes, ways);
        }
    }

    private static async Task<IEnumerable<Way>> PeersAsync(PdfSigningBenchmarks benchmarks, PdfSigningPeers peers)
    {
        var ways = new List<Way>();
        if (await peers.NodeAsync(benchmarks.DocumentFile, benchmarks.Pkcs12File) is { } node)
            ways.Add(new("node-signpdf", node));
        if (await peers.PdfsigAsync(benchmarks.DocumentFile, benchmarks.Pkcs12File) is { } pdfsig)
            ways.Add(new("pdfsig", pdfsig));
        return ways;
    }

    /// <summary>Until the runtime has compiled what it is going to compile: a batch has thousands of documents.</summary>
    private static async Task WarmAsync(List<Way> ways, int documents)
    {
        for (var (turn, quiet) = (0, 0); turn < MostTurns && quiet < QuietTurns; turn++)
        {
            var compiled = JitInfo.GetCompiledMethodCount();
            foreach (var way in ways)
                await way.MeasureAsync(documents);
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
        }

        ways.ForEach(way => way.Costs.Clear());
    }

    private static void Print(int bytes, List<Way> ways)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000} kB"));
        foreach (var way in ways)
        {
            var cost = Quantile(way.Costs, 0.5);
            var bare = ways.Take(ways.IndexOf(way) + 1).Last(other => other.Name.StartsWith("bare", StringComparison.Ordinal));
            var (sharp, kept) = (ways.Find(other => other.Name == "PdfSharp")!, ways.Find(other => other.Name == "PdfSharp, kept")!);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {way.Name,-17} {cost,6:F0} us {1e6 / cost,6:F0}/s {(way.Allocated is { } allocated ? $"{allocated / 1000,5} kB" : "       -")}   {Ratio(way, bare)} x bare   {Ratio(sharp, way)} x PdfSharp   {Ratio(kept, way)} x kept"));
        }
    }

    private static string Ratio(Way one, Way other)
    {
        var ratios = one.Costs.Zip(other.Costs, (a, b) => a / b).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{Quantile(ratios, 0.5):F2} ({Quantile(ratios, 0.1):F2}–{Quantile(ratios, 0.9):F2})");
    }

    private static double Quantile(IEnumerable<double> values, double share) => values.Order().ElementAt((int)(share * Rounds));

    private sealed class Way(string name)
    {
        private readonly Func<Task>? _sign;
        private readonly Func<int, Task<double>>? _peer;

        public Way(string name, Func<Task> sign)
            : this(name) => _sign = sign;

        /// <param name="peer">A program of its own, which is given a fortieth of the documents: it takes that much longer.</param>
        public Way(string name, Func<int, Task<double>> peer)
            : this(name) => _peer = peer;

        public string Name => name;

        /// <summary>Microseconds of a document, by round.</summary>
        public List<double> Costs { get; } = [];

        /// <summary>Bytes of a document in the last round; null of another process.</summary>
        public long? Allocated { get; private set; }

        public async Task MeasureAsync(int documents)
        {
            if (_peer is not null)
            {
                Costs.Add(await _peer(Math.Max(1, documents / 40)));
                return;
            }

            var allocated = GC.GetTotalAllocatedBytes();
            var began = Environment.CpuUsage.TotalTime;
            for (var document = 0; document < documents; document++)
                await _sign!();
            Costs.Add((Environment.CpuUsage.TotalTime - began).TotalMicroseconds / documents);
            Allocated = (GC.GetTotalAllocatedBytes() - allocated) / documents;
        }
    }
}
