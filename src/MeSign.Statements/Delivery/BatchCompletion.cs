using MeSign.Statements.Ledger;

namespace MeSign.Statements.Delivery;

/// <summary>
/// Body of the one message on <c>statement-results</c> that is about a whole batch: every statement of its manifests has ended.
/// It has no <c>job</c>. Sent once; a process that dies while it tells may leave it there twice, with the same content.
/// </summary>
public sealed record BatchCompletion
{
    public int Version { get; init; } = 1;

    public string Event { get; init; } = "batchCompleted";

    public required string Batch { get; init; }

    /// <summary>Lines of all its manifests, without a CSV header.</summary>
    public required long Lines { get; init; }

    /// <summary>Jobs on record; fewer than lines where an id stood in several, more by each order of a manifest that Failed or was Abandoned, which is a row as well.</summary>
    public required int Statements { get; init; }

    /// <summary>How many ended in each state; states without any are absent.</summary>
    public required IReadOnlyDictionary<StatementState, int> States { get; init; }

    /// <summary>Hash of everything on record of the batch, as <c>mesign audit</c> prints it: kept elsewhere, it proves that the ledger was not put back.</summary>
    public required string Head { get; init; }

    /// <summary>When it was found complete.</summary>
    public required DateTimeOffset At { get; init; }
}
