using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Shows a batch on its way: in place on a terminal, as a line now and then elsewhere.</summary>
internal sealed class DemoProgress(IAnsiConsole console, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(6);

    private readonly Queue<(long At, int Done)> _recent = new();

    /// <param name="work">Is given what shows the counts.</param>
    public Task<T> RunAsync<T>(Func<Action<DemoCounts>, Task<T>> work)
    {
        if (console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi)
        {
            return console.Live(new Text("")).StartAsync(live => work(counts =>
            {
                live.UpdateTarget(Draw(counts, Rate(counts)));
                live.Refresh();
            }));
        }

        long? last = null;
        return work(counts =>
        {
            var rate = Rate(counts);
            if (last is { } shown && time.GetElapsedTime(shown) < BetweenLines && counts.Accounted < counts.Total)
                return;
            last = time.GetTimestamp();
            output.WriteLine(Words(counts, rate));
        });
    }

    private static Rows Draw(DemoCounts counts, double rate)
    {
        var waiting = counts.Total - Math.Max(counts.Sealed, counts.Relayed) - counts.Held - counts.Failed - counts.Other;
        IRenderable bar = new BreakdownChart().Width(72).AddItems(
            new (string Label, int Count, Color Color)[]
            {
                ("relayed", counts.Relayed, Color.Green),
                ("sealed", Math.Max(0, counts.Sealed - counts.Relayed), Color.Blue),
                ("held", counts.Held, Color.Yellow),
                ("failed", counts.Failed + counts.Other, Color.Red),
                ("to do", Math.Max(0, waiting), Color.Grey),
            },
            item => new BreakdownChartItem(item.Label, item.Count, item.Color));
        return new Rows(bar, new Text(Words(counts, rate)));
    }

    private static string Words(DemoCounts counts, double rate)
    {
        var other = counts.Other == 0 ? "" : Invariant($", {counts.Other} otherwise ended");
        var left = rate == 0 || counts.Done == counts.Total ? "" : Invariant($", {Math.Ceiling((counts.Total - counts.Done) / rate):0} s left");
        var pace = rate == 0 ? "" : Invariant($"; {rate:0.0} outcomes/s{left}");
        return Invariant(
            $"{counts.Dropped} of {counts.Total} dropped, {counts.Sealed} sealed, {counts.Relayed} relayed, {counts.Held} held, {counts.Failed} failed{other}{pace}");
    }

    /// <summary>Outcomes a second over the last few seconds; 0 as long as there is none.</summary>
    private double Rate(DemoCounts counts)
    {
        var now = time.GetTimestamp();
        _recent.Enqueue((now, counts.Done));
        while (_recent.Count > 2 && time.GetElapsedTime(_recent.Peek().At, now) > RateOver)
            _recent.Dequeue();
        var (at, done) = _recent.Peek();
        return counts.Done == done ? 0 : (counts.Done - done) / time.GetElapsedTime(at, now).TotalSeconds;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
