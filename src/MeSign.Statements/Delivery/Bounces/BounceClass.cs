namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// Why a message did not arrive, by the names of KumoMTA's bounce classifier. <see cref="MessageTooLarge"/> is ours: KumoMTA counts it among
/// QuotaIssues. Its AutoReply, Subscribe, Unsubscribe and ChallengeResponse are no reasons (<see cref="BounceKind"/>), and what its
/// SpamRelated and RelayingIssues hold is told apart here.
/// </summary>
public enum BounceClass
{
    /// <summary>Nothing in it says why.</summary>
    Uncategorized,

    /// <summary>The mailbox does not exist.</summary>
    InvalidRecipient,

    /// <summary>The mailbox exists and is disabled, suspended or closed.</summary>
    InactiveMailbox,

    /// <summary>The domain does not exist or takes no mail.</summary>
    BadDomain,

    /// <summary>The mailbox or its server is full.</summary>
    QuotaIssues,

    /// <summary>The message is larger than the receiver takes.</summary>
    MessageTooLarge,

    /// <summary>The sending server or its network is listed or has a bad name.</summary>
    SpamBlock,

    /// <summary>The message looks like spam.</summary>
    SpamContent,

    /// <summary>The message looks like malware.</summary>
    VirusRelated,

    /// <summary>An attachment, or its type, is not taken.</summary>
    ProhibitedAttachment,

    /// <summary>Something else in the message is not taken: its words, a field, its form.</summary>
    ContentRelated,

    /// <summary>A rule of the receiver, other than those above.</summary>
    PolicyRelated,

    /// <summary>SPF, DKIM, DMARC, reverse DNS or a login did not satisfy the receiver.</summary>
    AuthenticationFailed,

    /// <summary>The sender's address is not taken.</summary>
    InvalidSender,

    /// <summary>A server on the way does not relay for this sender or recipient.</summary>
    RelayDenied,

    /// <summary>A loop, or no way to the domain.</summary>
    RoutingErrors,

    /// <summary>DNS did not answer.</summary>
    DNSFailure,

    /// <summary>No connection, or one that did not answer.</summary>
    NoAnswerFromHost,

    /// <summary>A connection that broke.</summary>
    BadConnection,

    /// <summary>It was tried until its time ran out.</summary>
    MessageExpired,

    /// <summary>Not now: greylisting, too many at once, a server in trouble.</summary>
    TransientFailure,

    /// <summary>More recipients than a session, a message or an hour may have. It passes, whatever its code says.</summary>
    TooManyRecipients,

    /// <summary>The two servers did not understand each other.</summary>
    ProtocolErrors,

    /// <summary>The receiving system is set up wrongly.</summary>
    BadConfiguration,
}
