using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli.Runner;

/// <summary>
/// <c>extensions.queues</c> of <c>host.json</c>, with the meaning that the Functions host gives each setting, so that one
/// file describes both ways to run.
/// </summary>
internal sealed class QueueSettings : IValidatableObject
{
    /// <summary>Messages taken from a queue at once. Default 16, 1 to 32 (the storage service's limit).</summary>
    [Range(1, 32)]
    public int BatchSize { get; set; } = 16;

    /// <summary>
    /// The next batch is taken when no more messages than this are running, so at most this plus
    /// <see cref="BatchSize"/> of a queue run at once. Default half of <see cref="BatchSize"/>, 0 to 1000.
    /// </summary>
    [Range(0, 1000)]
    public int? NewBatchThreshold { get; set; }

    /// <summary>Tries before a message moves to its poison queue. Default 5, 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxDequeueCount { get; set; } = 5;

    /// <summary>Wait before a failed message is tried again. Default 0, up to 7 days (the storage service's limit).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan VisibilityTimeout { get; set; }

    /// <summary>Longest wait between two looks at an empty queue. Default 1 min, 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan MaxPollingInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Must be <c>none</c>.</summary>
    public string MessageEncoding { get; set; } = "base64";

    public int Threshold => NewBatchThreshold ?? BatchSize / 2;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // A host that decodes drops what it cannot decode before anything could record it as an outcome.
        if (!string.Equals(MessageEncoding, "none", StringComparison.OrdinalIgnoreCase))
            yield return new($"extensions.queues.messageEncoding of host.json is \"{MessageEncoding}\": it must be \"none\"; the job reader takes Base64 and plain JSON itself.");
    }
}

[OptionsValidator]
internal sealed partial class QueueSettingsValidator : IValidateOptions<QueueSettings>;
