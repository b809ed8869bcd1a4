using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Intake;

/// <summary>Settings under <c>MeSign:Intake</c>.</summary>
internal sealed class IntakeOptions
{
    public const string Section = "MeSign:Intake";

    /// <summary>
    /// Jobs that one order takes from a manifest before it puts an order for the rest on the queue. Default 500, 1 to 5,000:
    /// what a killed worker repeats at most.
    /// </summary>
    [Range(1, 5000)]
    public int LinesPerChunk { get; init; } = 500;
}

[OptionsValidator]
internal sealed partial class IntakeOptionsValidator : IValidateOptions<IntakeOptions>;
