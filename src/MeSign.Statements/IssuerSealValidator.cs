using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf.Seals;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>An issuer's seal is read by another slice: only here are both known. One that cannot be shown stops the start, not the first statement.</summary>
internal sealed class IssuerSealValidator : IValidateOptions<IssuersOptions>
{
    public ValidateOptionsResult Validate(string? name, IssuersOptions options)
    {
        var faults = options.Select(issuer => Fault(issuer.Key, issuer.Value.Appearance.Seal)).OfType<string>().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static string? Fault(string id, string? seal)
    {
        // A file that is not there is the issuers' own fault to name.
        if (string.IsNullOrEmpty(seal) || !File.Exists(seal))
            return null;
        try
        {
            _ = SealTemplate.Load(seal);
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return $"{IssuersOptions.Section}:{id}:Appearance:Seal: {fault.Message}";
        }
    }
}
