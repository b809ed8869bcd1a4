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

        var faults =
        (
            from issuer in known
            from relay in issuer.Value.AllRelays.Keys
            where relay.Length > 0 && !options.Relays.ContainsKey(relay)
            let setting = relay == issuer.Value.Relay ? $"Relay \"{relay}\"" : $"Relays:{relay}"
            select $"{IssuersOptions.Section}:{issuer.Key}:{setting} is not configured: add {RelaysOptions.Section}:{nameof(RelaysOptions.Relays)}:{relay}, or name one that is"
        ).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
