namespace MeSign.Statements.Cli.Runner;

/// <summary>Keeps a file young while this process lives.</summary>
internal static class Heartbeat
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <param name="path">The file; nothing is done where null or empty.</param>
    /// <exception cref="IOException">The file cannot be written: its probe would kill this process anyway.</exception>
    public static async Task RunAsync(string? path, TimeProvider time, CancellationToken stopping)
    {
        if (string.IsNullOrEmpty(path))
            return;

        while (!stopping.IsCancellationRequested)
        {
            await File.WriteAllTextAsync(path, time.GetUtcNow().ToString("O"), CancellationToken.None);
            await Task.Delay(Interval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        File.Delete(path);
    }
}
