using Azure.Data.Tables;
using State = MeSign.Statements.Ledger.StatementState;

namespace MeSign.Statements.Ledger;

/// <summary>Which statements no message will move any more, as conditions that the table service applies itself.</summary>
/// <param name="Now">Compared with expiries.</param>
/// <param name="LeaseOver">Submitting with a lease that ended before this: its worker died.</param>
/// <param name="OverdueJob">Received before this: its job is lost.</param>
/// <param name="OverdueOrder">Sealed, or due again, before this: its delivery order is lost.</param>
/// <param name="Settled">Ended or held before this: whoever did it has had the time to tell the bank.</param>
public sealed record StalledStatements(DateTimeOffset Now, DateTimeOffset LeaseOver, DateTimeOffset OverdueJob, DateTimeOffset OverdueOrder, DateTimeOffset Settled)
{
    // The service takes fifteen comparisons a filter.
    internal IEnumerable<(string Scan, string Filter)> Filters()
    {
        var (received, held, @sealed, submitting, deferred) = (nameof(State.Received), nameof(State.Held), nameof(State.Sealed), nameof(State.Submitting), nameof(State.Deferred));
        yield return ("stalled", TableClient.CreateQueryFilter(
            $"(Alone eq true and Updated lt {OverdueJob}) or (State eq {submitting} and LeaseUntil lt {LeaseOver}) or (State eq {@sealed} and Updated lt {OverdueOrder}) or (State eq {deferred} and NextAttempt lt {OverdueOrder}) or (Expires lt {Now} and (State eq {received} or State eq {held} or State eq {@sealed} or State eq {deferred}))"));
        yield return ("untold", TableClient.CreateQueryFilter(
            $"Reported eq false and Updated lt {Settled} and State ne {received} and State ne {@sealed} and State ne {submitting} and State ne {deferred}"));
    }
}
