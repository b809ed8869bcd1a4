using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli.Runner;

/// <summary><c>MeSign:Runner</c>: what the Functions host decides for itself and the local runner is told.</summary>
internal sealed class RunnerOptions
{
    public const string Section = "MeSign:Runner";

    /// <summary>
    /// How long a message stays invisible to others without news from this process; renewed at half time while it is
    /// worked on. After a crash its messages reappear within this time. Default 1 min, 2 s to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long messages that are being worked on may take to finish once the process is asked to stop; after that they
    /// are cancelled and returned. Default 20 s, 0 to 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Time between two sweeps. Default 1 min, 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A file that appears when storage has answered, is written every 10 s while this process lives and is gone when it
    /// stops: what a container's probes look at. Default none.
    /// </summary>
    public string? HeartbeatFile { get; set; }
}

[OptionsValidator]
internal sealed partial class RunnerOptionsValidator : IValidateOptions<RunnerOptions>;
