using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Sealing;

/// <summary>Settings under <c>MeSign:Sealing</c>, the same for every issuer.</summary>
internal sealed class SealingOptions
{
    public const string Section = "MeSign:Sealing";

    /// <summary>Recipient keys kept ready. Default 10,000 (about 20 MB), 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int CachedRecipients { get; init; } = 10_000;

    /// <summary>Largest text that one template may render, in characters. Default 262,144, 1,024 to 4,194,304.</summary>
    [Range(1_024, 4_194_304)]
    public int MaxRenderedCharacters { get; init; } = 262_144;
}

[OptionsValidator]
internal sealed partial class SealingOptionsValidator : IValidateOptions<SealingOptions>;
