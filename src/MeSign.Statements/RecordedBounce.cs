using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;

namespace MeSign.Statements;

/// <param name="Effect">What the message did.</param>
/// <param name="Row">The statement that it names, as it stands now; null for none of ours.</param>
public sealed record RecordedBounce(BounceEffect Effect, LedgerRow? Row);
