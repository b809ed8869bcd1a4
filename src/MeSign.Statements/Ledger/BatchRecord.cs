using Azure;

namespace MeSign.Statements.Ledger;

/// <summary>What the ledger knows of a batch that came as manifests.</summary>
public sealed record BatchRecord
{
    public required string Batch { get; init; }

    /// <summary>By the place id of each manifest's order.</summary>
    public IReadOnlyDictionary<string, BatchPart> Parts { get; init; } = new Dictionary<string, BatchPart>(StringComparer.Ordinal);

    /// <summary>When the last statement of all its manifests was found ended; null before, and again when another manifest comes.</summary>
    public DateTimeOffset? Completed { get; init; }

    /// <summary>Until when somebody is telling the bank that it is completed.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>When its orders were last sent, as far as is known, or no reason was found to send them.</summary>
    public DateTimeOffset Ordered { get; init; }

    public ETag ETag { get; init; }

    /// <summary>Every line of every manifest is on record.</summary>
    public bool IsExpanded => Parts.Count > 0 && Parts.Values.All(part => part.Lines is not null);
}

/// <param name="Manifest">The manifest's blob.</param>
/// <param name="Mapping">The blob that says what its columns mean, where it is CSV.</param>
/// <param name="Lines">How many lines it had, without blank ones and a CSV header; null until it is expanded.</param>
/// <param name="Failed">Its order failed, and the bank may send that again when it has mended what was wrong.</param>
public sealed record BatchPart(string Manifest, string? Mapping, long? Lines, bool Failed = false);

/// <param name="Received">Statements on record.</param>
/// <param name="Ended">How many stand in each end state.</param>
/// <param name="Head">Hash of everything on record of the batch, as <see cref="LedgerAudit"/> gives it.</param>
public sealed record BatchTotals(int Received, IReadOnlyDictionary<StatementState, int> Ended, string Head)
{
    public int OnTheWay => Received - Ended.Values.Sum();
}
