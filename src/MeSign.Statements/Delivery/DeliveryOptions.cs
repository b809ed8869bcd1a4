using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery;

internal sealed class DeliveryOptions : IValidatableObject
{
    public const string Section = "MeSign:Delivery";

    /// <summary>
    /// How long a worker that recorded Submitting owns the statement. Another worker that finds Submitting waits until the
    /// lease and <see cref="ClockSkew"/> are over and then records Uncertain. Longer than every relay's timeout by at least
    /// 10 s. Default 5 min, 15 s to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:15", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How far the clocks of two workers may be apart. Default 30 s, up to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Delay after the first deferral; it doubles from there. Default 1 min, 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The delay stops growing here. Default 1 h, 1 s to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LongestDelay < FirstDelay)
            yield return new ValidationResult($"LongestDelay {LongestDelay} is shorter than FirstDelay {FirstDelay}", [nameof(LongestDelay)]);
    }
}

[OptionsValidator]
internal sealed partial class DeliveryOptionsValidator : IValidateOptions<DeliveryOptions>;
