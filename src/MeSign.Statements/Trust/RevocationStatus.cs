namespace MeSign.Statements.Trust;

/// <summary>What the lists at hand say of one certificate at one time.</summary>
/// <param name="Revoked">Since when it is revoked, if that is before the time asked for.</param>
/// <param name="Unknown">Why the lists do not tell; null where they do.</param>
/// <param name="Covered">Whether there is a list of this issuer at all.</param>
public readonly record struct RevocationStatus(DateTimeOffset? Revoked, string? Unknown, bool Covered)
{
    public static RevocationStatus Good { get; } = new(null, null, Covered: true);

    public static RevocationStatus NotListed { get; } = new(null, "no revocation list of its issuer is at hand", Covered: false);

    /// <summary>A current answer says that it is neither good nor revoked: the responder does not know it.</summary>
    public bool IsDisowned { get; init; }

    public bool IsGood => Revoked is null && Unknown is null;
}
