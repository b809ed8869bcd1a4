using MeSign.Statements.Delivery;
using MeSign.Statements.Issuers;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>An issuer's relay is configured by another slice: only here are both known.</summary>
internal sealed class IssuerRelayValidator(IOptions<RelaysOptions> relays) : IValidateOptions<IssuersOptions>
{
    public ValidateOptionsResult Validate(string? name, IssuersOptions options)
    {
        IDictionary<string, RelayOptions> known;
        try
        {
            known = relays.Value.Relays;
        }
        catch (OptionsValidationException)
        {
            // The relays' own check names what is wrong with them.
            return ValidateOptionsResult.Skip;
        }

        var faults = options
            .Where(issuer => !string.IsNullOrEmpty(issuer.Value.Relay) && !known.ContainsKey(issuer.Value.Relay))
            .Select(issuer => $"{IssuersOptions.Section}:{issuer.Key}:Relay \"{issuer.Value.Relay}\" is not configured: add {RelaysOptions.Section}:{nameof(RelaysOptions.Relays)}:{issuer.Value.Relay}, or name one that is")
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
