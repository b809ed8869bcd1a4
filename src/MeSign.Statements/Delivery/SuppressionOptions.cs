using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery;

/// <summary>How long a recipient stays on the suppression list, under <c>MeSign:Suppression</c>.</summary>
internal sealed class SuppressionOptions
{
    public const string Section = "MeSign:Suppression";

    /// <summary>After a mailbox or domain was said not to exist. Default 180 days, 0 (no suppression) to 10 years.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan HardBounce { get; set; } = TimeSpan.FromDays(180);

    /// <summary>After a complaint. Default 730 days, 0 (no suppression) to 10 years.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Complaint { get; set; } = TimeSpan.FromDays(730);
}

[OptionsValidator]
internal sealed partial class SuppressionOptionsValidator : IValidateOptions<SuppressionOptions>;
