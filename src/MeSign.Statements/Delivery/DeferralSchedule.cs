using System.Security.Cryptography;

namespace MeSign.Statements.Delivery;

/// <summary>When to try a deferred statement again: a delay that doubles from attempt to attempt, scattered, up to a limit.</summary>
internal sealed class DeferralSchedule(DeliveryOptions options)
{
    /// <summary>How far a delay may be from the schedule, either way: statements deferred together do not come back together.</summary>
    private const double Scatter = 0.2;

    /// <summary>How long before its expiry the last attempt is made, or at a fourth of what is left where that is less.</summary>
    private static readonly TimeSpan LastCall = TimeSpan.FromMinutes(1);

    /// <summary>With less than this before the expiry there is no other attempt: its order would hardly be back in time.</summary>
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(5);

    /// <param name="attempts">Attempts made so far, at least 1.</param>
    /// <param name="now">The time of the last one.</param>
    /// <param name="expires">After this it is not sent any more.</param>
    /// <param name="asked">The delay that the other side asked for; never undercut.</param>
    /// <returns>The delay until the next attempt, the last a little before <paramref name="expires"/>; null where that has passed.</returns>
    public TimeSpan? Next(int attempts, DateTimeOffset now, DateTimeOffset? expires, TimeSpan? asked = null)
    {
        if (now >= expires)
            return null;

        var doublings = Math.Clamp(attempts - 1, 0, 30);
        var seconds = Math.Min(options.FirstDelay.TotalSeconds * (1L << doublings), options.LongestDelay.TotalSeconds);
        var scattered = seconds * (1 - Scatter + 2 * Scatter * Fraction());
        var delay = TimeSpan.FromSeconds(Math.Max(scattered, asked?.TotalSeconds ?? 0));
        return Within(delay, now, expires);
    }

    /// <summary>When to come back where no attempt was made: not before the delay asked for, and scattered behind it.</summary>
    public static TimeSpan Later(TimeSpan asked, DateTimeOffset now, DateTimeOffset? expires) =>
        Within(asked * (1 + 2 * Scatter * Fraction()), now, expires);

    /// <returns>The delay; shorter where the last attempt is due before it is over, and where there is none, just until the expiry.</returns>
    public static TimeSpan Within(TimeSpan delay, DateTimeOffset now, DateTimeOffset? expires)
    {
        if (expires - now is not { } left)
            return delay;

        var before = left / 4 < LastCall ? left / 4 : LastCall;
        if (before >= TooLate)
            return delay < left - before ? delay : left - before;

        // The queue leaves out parts of a second: it would come back before the end, and again and again until then.
        return delay < left ? delay : TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, left.TotalSeconds)));
    }

    /// <summary>Uniform in [0, 1).</summary>
    private static double Fraction() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
