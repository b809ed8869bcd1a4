using System.Globalization;

namespace MeSign.Statements.Delivery;

/// <summary>A recipient who is written to no more.</summary>
/// <param name="RecipientHash">Keyed hash of the address, as on ledger rows.</param>
/// <param name="Detail">What was said: bounce class and status, feedback type; never an address.</param>
/// <param name="Statement">The statement that came back, <c>batch/job</c>; absent where a person added it.</param>
/// <param name="Expires">Null: until a person removes it.</param>
public sealed record Suppression(
    string RecipientHash, SuppressionCause Cause, string? Detail, string? Statement, DateTimeOffset Since, DateTimeOffset? Expires)
{
    /// <summary>For the ledger row of a statement that ends by it.</summary>
    public string Reason()
    {
        var until = Expires is { } end ? string.Create(CultureInfo.InvariantCulture, $" until {end.UtcDateTime:yyyy-MM-dd}") : "";
        var detail = Detail is null ? "" : $" ({Detail})";
        return string.Create(CultureInfo.InvariantCulture, $"the recipient is on the suppression list since {Since.UtcDateTime:yyyy-MM-dd}{until}: {Name}{detail}");
    }

    private string Name => Cause switch
    {
        SuppressionCause.HardBounce => "hard bounce",
        SuppressionCause.Complaint => "complaint",
        _ => "added by a person",
    };
}

public enum SuppressionCause
{
    /// <summary>The mailbox or its domain does not exist any more.</summary>
    HardBounce,

    /// <summary>The recipient called it spam (ARF).</summary>
    Complaint,

    /// <summary>A person added it.</summary>
    Manual,
}
