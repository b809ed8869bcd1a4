namespace MeSign.Statements.Storage;

/// <summary>The names of everything in the storage account: the contract with banks, with <c>infra/</c> and with the triggers.</summary>
public static class StorageNames
{
    /// <summary>One job a message.</summary>
    public const string Jobs = "statement-jobs";

    /// <summary>One batch order a message; it names a manifest blob.</summary>
    public const string Batches = "statement-batches";

    /// <summary>One sealed message to deliver a message.</summary>
    public const string Deliveries = "statement-deliveries";

    /// <summary>One recorded outcome a message, for the bank to read.</summary>
    public const string Results = "statement-results";

    /// <summary>What a host appends to a queue's name for the messages that it gave up on.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Container of the bank's documents and manifests.</summary>
    public const string Documents = "statements";

    /// <summary>Container of finished messages: the outbox.</summary>
    public const string Sealed = "sealed";

    /// <summary>Container of jobs that wait for a recipient's certificate.</summary>
    public const string Held = "held";

    /// <summary>Container of messages that came to the return path, for whoever has no mailbox to be read.</summary>
    public const string Bounces = "bounces";

    /// <summary>Container of those among them that a person should look at.</summary>
    public const string BouncesAside = "bounces-aside";

    /// <summary>Table of one row a statement.</summary>
    public const string Ledger = "statements";

    /// <summary>Table that finds a recipient's statements by keyed hash, and a statement by the name of its message or of its document.</summary>
    public const string LedgerRecipients = "recipients";

    /// <summary>Table of recipients, by keyed hash, who are written to no more.</summary>
    public const string Suppressions = "suppressions";

    /// <summary>Table of the batches that came as manifests, one row each and one a manifest, and of how far sweeps have read.</summary>
    public const string LedgerBatches = "batches";

    /// <summary>Table of the certificate directory.</summary>
    public const string Certificates = "certificates";

    internal static IReadOnlyList<string> WorkQueues { get; } = [Jobs, Batches, Deliveries];
}
