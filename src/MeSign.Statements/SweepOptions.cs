using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>Settings under <c>MeSign:Sweep</c>.</summary>
internal sealed class SweepOptions
{
    public const string Section = "MeSign:Sweep";

    /// <summary>What one sweep puts right of each kind at most; the next goes on. Default 5,000, 10 to 100,000.</summary>
    [Range(10, 100_000)]
    public int RepairsPerRun { get; init; } = 5000;

    /// <summary>
    /// After this time without news a sealed statement's delivery order counts as lost and is made anew: longer than any host
    /// keeps a message invisible. Default 15 min, 1 min to 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan OverdueAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// After this time without news a batch's orders are sent again, for jobs whose messages are lost: longer than the queue
    /// may be at its longest. Default 12 h, 5 min to 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan StalledAfter { get; init; } = TimeSpan.FromHours(12);
}

[OptionsValidator]
internal sealed partial class SweepOptionsValidator : IValidateOptions<SweepOptions>;
