using System.Collections.Frozen;
using State = MeSign.Statements.Ledger.StatementState;

namespace MeSign.Statements.Ledger;

/// <summary>Every legal move of a statement. What is not here cannot be written.</summary>
internal static class StateTransitions
{
    private static readonly FrozenDictionary<StatementState, FrozenSet<StatementState>> Legal =
        new Dictionary<StatementState, StatementState[]>
        {
            [State.Received] = [State.Held, State.Sealed, State.Failed, State.Suppressed, State.Expired, State.Abandoned],
            [State.Held] = [State.Received, State.Sealed, State.Failed, State.Suppressed, State.Expired, State.Abandoned],
            [State.Sealed] = [State.Submitting, State.Deferred, State.Failed, State.Suppressed, State.Expired, State.Abandoned],
            // Not Abandoned: whoever gives up on a statement that was being submitted does not know whether it left.
            [State.Submitting] = [State.Relayed, State.Deferred, State.Failed, State.Uncertain],
            // To itself: an attempt that ended before anything left was never Submitting.
            [State.Deferred] = [State.Submitting, State.Deferred, State.Failed, State.Suppressed, State.Expired, State.Abandoned],

            [State.Relayed] = [State.Delivered, State.Bounced],
            // A DSN of one hop says delivered, a later hop bounces it after all.
            [State.Delivered] = [State.Bounced],
            // Sealed is the decision to send it again; the others are what came to be known of it.
            [State.Uncertain] = [State.Sealed, State.Relayed, State.Delivered, State.Bounced, State.Failed],
            // An operator's retry, from where the statement had come to; Failed where that cannot be.
            [State.Abandoned] = [State.Received, State.Sealed, State.Failed],
            [State.Bounced] = [],
            [State.Failed] = [],
            [State.Suppressed] = [],
            [State.Expired] = [],
        }.ToFrozenDictionary(move => move.Key, move => move.Value.ToFrozenSet());

    public static bool IsLegal(StatementState from, StatementState to) => Legal[from].Contains(to);
}
