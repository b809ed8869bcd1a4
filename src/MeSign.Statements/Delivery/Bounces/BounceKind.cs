namespace MeSign.Statements.Delivery.Bounces;

/// <summary>What a message that came to the return path is.</summary>
public enum BounceKind
{
    /// <summary>An ordinary message, or none at all.</summary>
    NotABounce,

    /// <summary>It did not arrive and will not: DSN action <c>failed</c> (RFC 3464 §2.3.3), or its likes.</summary>
    Failure,

    /// <summary>It has not arrived yet and is tried again: DSN action <c>delayed</c>. Ends nothing.</summary>
    Delayed,

    /// <summary>It arrived: DSN action <c>delivered</c>, <c>relayed</c> or <c>expanded</c>.</summary>
    Success,

    /// <summary>A feedback report (RFC 5965): the recipient, or a provider's check, complains.</summary>
    Complaint,

    /// <summary>A disposition notification (RFC 8098): somebody opened or deleted it.</summary>
    ReadReceipt,

    /// <summary>An automatic answer (RFC 3834): it arrived, and nobody is there.</summary>
    AutoReply,
}
