using MeSign.Statements.Delivery;
using MeSign.Statements.Issuers;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// An issuer's relay is configured by another slice: only here are both known. Checked with the relays, so that whoever
/// only signs needs none.
/// </summary>
internal sealed class IssuerRelayValidator(IOptions<IssuersOptions> issuers) : IValidateOptions<RelaysOptions>
{
    public ValidateOptionsResult Validate(string? name, RelaysOptions options)
    {
        IssuersOptions known;
        try
        {
            known = issuers.Value;
        }
        catch (OptionsValidationException)
        {
            // The issuers' own check names what is wrong with them.
            return ValidateOptionsResult.Skip;
        }

        var faults = known
            .Where(issuer => !string.IsNullOrEmpty(issuer.Value.Relay) && !options.Relays.ContainsKey(issuer.Value.Relay))
            .Select(issuer => $"{IssuersOptions.Section}:{issuer.Key}:Relay \"{issuer.Value.Relay}\" is not configured: add {RelaysOptions.Section}:{nameof(RelaysOptions.Relays)}:{issuer.Value.Relay}, or name one that is")
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
