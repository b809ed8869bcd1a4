using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery;

/// <summary>Every relay by its id; bound from <c>MeSign</c>, of which this slice sees only <c>Relays</c>.</summary>
internal sealed class RelaysOptions
{
    public const string Section = "MeSign";

    public IDictionary<string, RelayOptions> Relays { get; set; } = new Dictionary<string, RelayOptions>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Checks each relay, and that a submission always ends before the lease does.</summary>
internal sealed class RelaysOptionsValidator(IOptions<DeliveryOptions> delivery) : IValidateOptions<RelaysOptions>
{
    /// <summary>What a worker needs between the relay's answer and the ledger's.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly RelayOptionsValidator _single = new();

    public ValidateOptionsResult Validate(string? name, RelaysOptions options)
    {
        var faults = new List<string>();
        foreach (var (id, relay) in options.Relays)
        {
            if (_single.Validate($"MeSign:Relays:{id}", relay) is { Failed: true, Failures: { } failures })
                faults.AddRange(failures.Select(failure => $"MeSign:Relays:{id}: {failure}"));
            if (relay.Timeout + Margin > delivery.Value.Lease)
                faults.Add($"MeSign:Relays:{id}:Timeout {relay.Timeout} needs a MeSign:Delivery:Lease of at least {relay.Timeout + Margin}; it is {delivery.Value.Lease}");
        }

        return faults is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
