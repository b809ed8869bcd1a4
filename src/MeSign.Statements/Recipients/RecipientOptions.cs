using System.ComponentModel.DataAnnotations;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

/// <summary>Whose certificates are believed, and where they are kept besides the table: section <c>MeSign:Recipients</c>.</summary>
internal sealed class RecipientOptions : IValidatableObject
{
    public const string Section = "MeSign:Recipients";

    /// <summary>Files or folders with the roots of recipients' certificates; at least one root.</summary>
    [Required, MinLength(1)]
    public IList<string> Roots { get; init; } = [];

    /// <summary>Files or folders with certificates that may lie between a recipient's and a root. Default none.</summary>
    public IList<string> Intermediates { get; init; } = [];

    /// <summary>
    /// Files or folders with revocation lists, read again when they change. A certificate whose issuer's list is out of
    /// date waits. Default none: then revocation is not checked.
    /// </summary>
    public IList<string> Crls { get; init; } = [];

    /// <summary>A folder of certificates (PEM or DER), one or more a file, named as you like. Default none.</summary>
    public string? Folder { get; init; }

    /// <summary>How often the folder and the revocation lists are looked at for changes. Default 15 s, 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether <c>Jana@…</c> and <c>jana@…</c> are two people (RFC 5321 §2.4). Default false, as at every large provider.</summary>
    public bool CaseSensitiveLocalPart { get; init; }

    /// <summary>Whether certificates with ML-KEM-768 and ML-KEM-1024 keys are used (RFC 9936). Default false: few clients open such messages.</summary>
    public bool PostQuantum { get; init; }

    /// <summary>Recipients remembered with their certificates. Default 10,000, 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int CacheEntries { get; init; } = 10_000;

    /// <summary>How long a recipient's certificates are remembered: as long may a removed one still be used. Default 5 min, 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long it is remembered that a recipient has no usable certificate. Default 15 s, 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan NegativeCacheTime { get; init; } = TimeSpan.FromSeconds(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Folder) && !Directory.Exists(Folder))
            yield return new ValidationResult($"Folder \"{Folder}\" does not exist", [nameof(Folder)]);
        if (Fault(() => TrustAnchors.Load(Roots)) is { } roots)
            yield return new ValidationResult($"Roots: {roots}", [nameof(Roots)]);
        if (Fault(() => RecipientTrust.LoadCertificates(Intermediates)) is { } intermediates)
            yield return new ValidationResult($"Intermediates: {intermediates}", [nameof(Intermediates)]);
        if (Fault(() => CrlSet.Load(Crls)) is { } crls)
            yield return new ValidationResult($"Crls: {crls}", [nameof(Crls)]);
    }

    private static string? Fault(Func<object> load)
    {
        try
        {
            _ = load();
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }
}

[OptionsValidator]
internal sealed partial class RecipientOptionsValidator : IValidateOptions<RecipientOptions>;
