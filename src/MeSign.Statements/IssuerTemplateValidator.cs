using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>An issuer's templates are another slice's: only here are both known. Every fault of every template stops the start at once.</summary>
internal sealed class IssuerTemplateValidator(TemplateInventory inventory) : IValidateOptions<IssuersOptions>
{
    public ValidateOptionsResult Validate(string? name, IssuersOptions options)
    {
        var faults = new List<string>();
        foreach (var (id, issuer) in options)
        {
            // A folder that is not there, or no locale at all, is the issuers' own fault to name.
            if (!Directory.Exists(issuer.Templates) || string.IsNullOrEmpty(issuer.DefaultLocale))
                continue;
            try
            {
                faults.AddRange(inventory.Faults(Path.GetFullPath(issuer.Templates), issuer.DefaultLocale).Select(fault => $"{IssuersOptions.Section}:{id}:Templates: {fault}"));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                faults.Add($"{IssuersOptions.Section}:{id}:Templates cannot be read: {fault.Message}");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
