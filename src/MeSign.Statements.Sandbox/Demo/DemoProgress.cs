using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Shows a batch on its way: in place on a terminal, as a line now and then elsewhere.</summary>
internal sealed class DemoProgress(IAnsiConsole console, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(3);

    /// <param name="work">Is given what shows the counts.</param>
    public Task<T> RunAsync<T>(Func<Action<DemoCounts>, Task<T>> work)
    {
        if (console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi)
        {
            return console.Live(new Text("")).StartAsync(live => work(counts =>
            {
                live.UpdateTarget(Draw(counts));
                live.Refresh();
            }));
        }

        long? last = null;
        return work(counts =>
        {
            if (last is { } shown && time.GetElapsedTime(shown) < BetweenLines && counts.Accounted < counts.Total)
                return;
            last = time.GetTimestamp();
            output.WriteLine(Words(counts));
        });
    }

    private static Rows Draw(DemoCounts counts)
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
        return new Rows(bar, new Text(Words(counts)));
    }

    private static string Words(DemoCounts counts)
    {
        var left = counts.Left is not { } time ? "" : string.Create(CultureInfo.InvariantCulture, $", {Math.Ceiling(time.TotalSeconds):0} s left");
        var other = counts.Other == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {counts.Other} otherwise ended");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Dropped} of {counts.Total} dropped, {counts.Sealed} sealed, {counts.Relayed} relayed, {counts.Held} held, {counts.Failed} failed{other}; {counts.Rate:0.0} outcomes/s{left}");
    }
}
