namespace MeSign.Statements.Delivery.Bounces;

/// <summary>What the reader makes of one message.</summary>
public sealed record BounceReport
{
    public static BounceReport Nothing { get; } = new() { Kind = BounceKind.NotABounce };

    public required BounceKind Kind { get; init; }

    /// <summary>Whom it is about; empty where nobody is named.</summary>
    public IReadOnlyList<BouncedRecipient> Recipients { get; init; } = [];

    /// <summary>Feedback-Type of a complaint (RFC 5965 §3.1), such as <c>abuse</c>.</summary>
    public string? FeedbackType { get; init; }

    /// <summary>The system that wrote the report, as it calls itself.</summary>
    public string? ReportingSystem { get; init; }

    /// <summary>Message-ID of the message that it is about, without angle brackets.</summary>
    public string? OriginalMessageId { get; init; }

    /// <summary>ENVID of the transaction that it is about (RFC 3461 §4.4), decoded.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>Whom the returned copy of the message was to.</summary>
    public IReadOnlyList<string> OriginalTo { get; init; } = [];

    /// <summary>
    /// What may name the statement, the surest first: Message-IDs without angle brackets, the envelope id, and the address
    /// that the report came to, which is the return path.
    /// </summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>
    /// The first of them that has the form of our messages' names (32 lower-case hex digits, in Message-ID, ENVID and return
    /// path alike); whether there is such a statement, only the ledger knows.
    /// </summary>
    public string? MessageName => References.Select(BounceAddresses.MessageName).FirstOrDefault(name => name is not null);
}

/// <summary>One recipient of a report.</summary>
/// <param name="Address">As the report has it; absent where it names nobody.</param>
/// <param name="Status">Enhanced status code (RFC 3463); derived from the class where the report has none.</param>
/// <param name="ReplyCode">The SMTP reply that it quotes.</param>
/// <param name="Diagnostic">The report's own words, at most 500 characters. They quote addresses: not for logs.</param>
public sealed record BouncedRecipient(string? Address, BounceKind Kind, BounceClass Class, string? Status, int? ReplyCode, string? Diagnostic);
