using System.Security.Cryptography;

namespace MeSign.Statements.Sandbox.Azurite;

/// <summary>How one Azurite runs. Everything in it can be used again, so that a restart keeps every address and key.</summary>
internal sealed record AzuriteOptions
{
    /// <summary>Where the data is kept; in memory only where null.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Storage accounts to offer, each 3 to 24 lower-case letters and digits; isolated from each other.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = ["sandbox"];

    /// <summary>The key of all accounts, made anew for each set of options.</summary>
    public string AccountKey { get; init; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    /// <summary>Ports on 127.0.0.1; free ones where 0.</summary>
    public AzuritePorts Ports { get; init; } = new(0, 0, 0);
}

internal sealed record AzuritePorts(int Blob, int Queue, int Table);
