namespace MeSign.Statements.Ledger;

/// <summary>Where a statement stands. The first five are on the way; the others end it.</summary>
public enum StatementState
{
    /// <summary>The job was read; nothing has been made yet.</summary>
    Received,

    /// <summary>No usable certificate and the policy waits.</summary>
    Held,

    /// <summary>The finished message is in the outbox.</summary>
    Sealed,

    /// <summary>A worker is talking to the relay; the row's lease says until when that may last.</summary>
    Submitting,

    /// <summary>The relay said not now; tried again at the row's next attempt.</summary>
    Deferred,

    /// <summary>The relay took responsibility (250 after the final dot).</summary>
    Relayed,

    /// <summary>A success DSN says that it reached the mailbox.</summary>
    Delivered,

    /// <summary>A failure DSN came back after it was relayed.</summary>
    Bounced,

    /// <summary>It will never be sent as it stands; the row's code says why.</summary>
    Failed,

    /// <summary>The recipient is on the suppression list.</summary>
    Suppressed,

    /// <summary>Its time ran out before it could be sent.</summary>
    Expired,

    /// <summary>The queue gave up on it after too many attempts that died.</summary>
    Abandoned,

    /// <summary>The relay may or may not have taken it: never sent again without a decision.</summary>
    Uncertain,
}
