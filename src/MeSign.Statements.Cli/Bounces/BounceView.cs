using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;

namespace MeSign.Statements.Cli.Bounces;

/// <param name="Statement">The statement that it is about; only with <c>--match</c>.</param>
internal sealed record BounceView(string File, BounceReport Report, MatchedStatement? Statement);

internal sealed record MatchedStatement(string Batch, string Job, StatementState State);
