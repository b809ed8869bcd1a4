using System.Security.Cryptography;

namespace MeSign.Statements.Delivery;

/// <summary>When to try a deferred statement again: a delay that doubles from attempt to attempt, scattered, up to a limit.</summary>
internal sealed class DeferralSchedule(DeliveryOptions options)
{
    /// <summary>How far a delay may be from the schedule, either way: statements deferred together do not come back together.</summary>
    private const double Scatter = 0.2;

    /// <param name="attempts">Attempts made so far, at least 1.</param>
    /// <param name="now">The time of the last one.</param>
    /// <param name="expires">After this it is not sent any more.</param>
    /// <param name="asked">The delay that the other side asked for; never undercut.</param>
    /// <returns>The delay until the next attempt, at the latest at <paramref name="expires"/>; null where that has passed.</returns>
    public TimeSpan? Next(int attempts, DateTimeOffset now, DateTimeOffset? expires, TimeSpan? asked = null)
    {
        if (now >= expires)
            return null;

        var doublings = Math.Clamp(attempts - 1, 0, 30);
        var seconds = Math.Min(options.FirstDelay.TotalSeconds * (1L << doublings), options.LongestDelay.TotalSeconds);
        var scattered = seconds * (1 - Scatter + 2 * Scatter * Fraction());
        var delay = TimeSpan.FromSeconds(Math.Max(scattered, asked?.TotalSeconds ?? 0));
        return expires - now is { } left && left < delay ? left : delay;
    }

    /// <summary>When to come back where no attempt was made: not before the delay asked for, and scattered behind it.</summary>
    public static TimeSpan Later(TimeSpan asked, DateTimeOffset now, DateTimeOffset? expires)
    {
        var delay = asked * (1 + 2 * Scatter * Fraction());
        return expires - now is { } left && left < delay ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : delay;
    }

    /// <summary>Uniform in [0, 1).</summary>
    private static double Fraction() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
