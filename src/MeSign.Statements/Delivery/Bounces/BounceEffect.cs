namespace MeSign.Statements.Delivery.Bounces;

/// <summary>What a message that came to the return path did.</summary>
public enum BounceEffect
{
    /// <summary>Its statement ended as Bounced.</summary>
    Bounced,

    /// <summary>Its statement ended as Delivered.</summary>
    Delivered,

    /// <summary>The complaint is on its statement's row.</summary>
    Complained,

    /// <summary>It was read and ends nothing: a delay, a receipt, an automatic answer, or what is on record already.</summary>
    Noted,

    /// <summary>It names a statement that is still being submitted: to be handed in again later.</summary>
    TooEarly,

    /// <summary>It is no report that the reader knows. Kept aside for people.</summary>
    Unreadable,

    /// <summary>It is a report, and about no statement of the ledger. Kept aside for people.</summary>
    Unmatched,

    /// <summary>It names a statement, and recipients that are not the statement's. Kept aside for people.</summary>
    OtherRecipient,
}

public static class BounceEffects
{
    /// <summary>Whether a person should look at it.</summary>
    public static bool IsAside(this BounceEffect effect) => effect is BounceEffect.Unreadable or BounceEffect.Unmatched or BounceEffect.OtherRecipient;
}
