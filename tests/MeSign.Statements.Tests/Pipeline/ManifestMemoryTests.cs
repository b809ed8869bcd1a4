using System.Diagnostics;
using System.Globalization;
using System.Text;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Cli;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>
/// Long manifests in the memory of short ones. Run alone: <c>-explicit only -class "*.ManifestMemoryTests" -showliveoutput</c>;
/// <c>MESIGN_LINES</c> says how many lines <c>mesign submit</c> reads, a million unless told.
/// </summary>
[Collection(SandboxFixture.Collection)]
public sealed class ManifestMemoryTests(SandboxFixture fixture) : IDisposable
{
    private const long Slack = 32L << 20;

    // A port that nobody listens on: everything is read and checked before the first byte leaves, and none does.
    private const string NoStorage =
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a";

    private static readonly string Job = TestJob.For("jana.0000@example.test", "job-0000").Json;

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Explicit = true)]
    public async Task Mesign_submit_reads_a_million_lines_in_the_memory_of_twenty_thousand()
    {
        var lines = int.Parse(Environment.GetEnvironmentVariable("MESIGN_LINES") ?? "1000000", CultureInfo.InvariantCulture);

        var few = await PeakOfSubmitAsync(20_000);
        var many = await PeakOfSubmitAsync(lines);

        TestContext.Current.TestOutputHelper!.WriteLine($"peak working set: {few >> 20} MB for 20,000 lines, {many >> 20} MB for {lines:N0}");
        many.ShouldBeLessThan(few + Slack);
    }

    [Fact(Explicit = true)]
    public async Task A_batch_of_20_000_lines_is_expanded_in_the_memory_of_its_first_chunks()
    {
        const int PerChunk = 500;
        await using var run = await fixture.StartAsync(("MeSign:Intake:LinesPerChunk", $"{PerChunk}"));
        var manifest = new StringBuilder();
        for (var number = 0; number < 20_000; number++)
            manifest.Append(Line(number)).Append('\n');
        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(manifest.ToString()), Cancellation);
        manifest.Clear();
        await run.Queue(StorageNames.Batches).SendMessageAsync("""{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""", Cancellation);

        var held = new List<long>();
        for (var chunk = 0; chunk < 20_000 / PerChunk; chunk++)
        {
            await run.WorkAsync(StorageNames.Batches);
            held.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        (await run.CountAsync(StorageNames.Batches)).ShouldBe(0);
        (await run.CountAsync(StorageNames.Jobs)).ShouldBe(20_000);
        TestContext.Current.TestOutputHelper!.WriteLine($"held after chunks 4, 20 and 40: {string.Join(", ", new[] { 3, 19, 39 }.Select(at => $"{held[at] >> 10:N0} kB"))}");
        held[^1].ShouldBeLessThan(held[3] + (Slack / 2));
    }

    private async Task<long> PeakOfSubmitAsync(int lines)
    {
        var path = _folder.PathOf($"{lines}.jsonl");
        await using (var manifest = new StreamWriter(path))
        {
            for (var number = 0; number < lines; number++)
                await manifest.WriteLineAsync(Line(number));
        }

        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesign.dll"), "submit", path])
        {
            WorkingDirectory = Path.GetDirectoryName(path)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["StatementStorage"] = NoStorage },
        };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync(Cancellation);
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.Delay(100, Cancellation);
        }

        (await said).ShouldContain("127.0.0.1:9", Case.Sensitive, "every line was read, and then there was no storage");
        return peak;
    }

    private static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.AsSpan(6, line.Length - 6 - 3), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Line(int number) => Job.Replace("0000", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
