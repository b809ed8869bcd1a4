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
    /// After this time without news, and that by which its queue is behind, a statement's job, or once it is sealed its delivery
    /// order, counts as lost and is sent anew: longer than any host keeps a message invisible. Default 15 min, 1 min to 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan OverdueAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Each time that this has passed, and that by which the queue of jobs is behind, a batch that is not done is searched for jobs
    /// whose messages are lost, and its orders are sent again for those. Default 12 h, 5 min to 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan StalledAfter { get; init; } = TimeSpan.FromHours(12);

    /// <summary>After this time a finished message without a row in the ledger is removed. Default 30 days, 1 day to 10 years.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan UnclaimedMessagesAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// After this time without a job that names it a document is removed: longer than any document is there before its job is.
    /// Default never, since the documents are the bank's; 7 days to 10 years.
    /// </summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "3650.00:00:00")]
    public TimeSpan? UnclaimedDocumentsAfter { get; init; }
}

[OptionsValidator]
internal sealed partial class SweepOptionsValidator : IValidateOptions<SweepOptions>;
