using System.Runtime.InteropServices;

namespace MeSign.Statements.Ledger;

/// <summary>One change of a statement, as its row keeps it: what it became, when, by whom, and the hashes that hold it in place.</summary>
public sealed record HistoryEntry
{
    /// <summary>1 the first.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset At { get; init; }

    public required StatementState State { get; init; }

    /// <summary>The entry's place in its batch's chain; null on the way, where the statement's own chain holds it.</summary>
    public LanePosition? Place { get; init; }

    /// <summary>SHA-256 over what the row said with this change, Base64url.</summary>
    public required string Content { get; init; }

    /// <summary>HMAC-SHA256 over the hash before and all of the above, Base64url.</summary>
    public required string Hash { get; init; }

    /// <summary>One line: who decided what, where it was a person; null where the pipeline did its work.</summary>
    public string? Note { get; init; }
}

/// <param name="Lane">One of the batch's parallel chains.</param>
/// <param name="Position">1 the first entry of the lane.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LanePosition(int Lane, long Position);
