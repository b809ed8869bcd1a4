using MeSign.Statements.Ledger;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Where the jobs of a batch stand at one moment.</summary>
/// <param name="Total">Jobs that will be dropped.</param>
/// <param name="Dropped">Jobs on the queue so far.</param>
/// <param name="Sealed">Finished messages, sent or not.</param>
/// <param name="Other">Ends that a demo has no use for: Uncertain, Abandoned and the like.</param>
/// <param name="Accounted">Jobs with a recorded outcome that the bank has been told.</param>
internal sealed record DemoCounts(int Total, int Dropped, int Sealed, int Relayed, int Held, int Failed, int Other, int Accounted)
{
    /// <summary>Jobs whose way has ended, and those that are held.</summary>
    public int Done => Relayed + Held + Failed + Other;

    public static bool IsAccounted(LedgerRow row) => row.Reported && (row.State.IsEnd() || row.State == StatementState.Held);

    public static DemoCounts Of(IReadOnlyCollection<LedgerRow> rows, int total, int dropped) => new(
        total,
        dropped,
        rows.Count(row => row.SealedSha256 is not null),
        rows.Count(row => row.State == StatementState.Relayed),
        rows.Count(row => row.State == StatementState.Held),
        rows.Count(row => row.State == StatementState.Failed),
        rows.Count(row => row.State.IsEnd() && row.State is not (StatementState.Relayed or StatementState.Failed)),
        rows.Count(IsAccounted));
}
