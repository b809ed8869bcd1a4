using System.Runtime.CompilerServices;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Waits for what must come to pass: long enough for a machine under load, and never for ever.</summary>
internal static class BoundedWait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(64);

    /// <param name="holds">Asked again and again, after pauses that grow from 1 ms to 64 ms.</param>
    /// <param name="what">The condition, for the failure.</param>
    /// <exception cref="TimeoutException">It does not hold after a minute.</exception>
    public static Task UntilAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => UntilAsync(() => Task.FromResult(holds()), what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    public static async Task UntilAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(1); !await holds(); pause = pause < LongestPause ? 2 * pause : LongestPause)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"not so after {Limit.TotalSeconds:0} s: {what}");
            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }
    }
}
