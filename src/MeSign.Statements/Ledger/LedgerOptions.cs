using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Ledger;

internal sealed class LedgerOptions : IValidatableObject
{
    public const string Section = "MeSign:Ledger";

    private const int MinKeyBytes = 32;

    /// <summary>
    /// Key of the recipients' hashes, Base64 of at least 32 random bytes; required. Another key makes earlier statements
    /// unfindable by recipient.
    /// </summary>
    [Required, Base64String]
    public string RecipientKey { get; set; } = "";

    /// <summary>Whether rows hold the recipient's address itself. Default no.</summary>
    public bool StoreAddresses { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var bytes = new byte[RecipientKey.Length];
        if (Convert.TryFromBase64String(RecipientKey, bytes, out var length) && length < MinKeyBytes)
            yield return new ValidationResult($"RecipientKey has {length} bytes: give at least {MinKeyBytes}, as `openssl rand -base64 32` prints them", [nameof(RecipientKey)]);
    }
}

[OptionsValidator]
internal sealed partial class LedgerOptionsValidator : IValidateOptions<LedgerOptions>;
