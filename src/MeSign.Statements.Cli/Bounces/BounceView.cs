using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;

namespace MeSign.Statements.Cli.Bounces;

/// <summary>One message: what most people ask of it, of its first recipient, and then everything that the reader found.</summary>
/// <param name="Number">Which message of the file; 1 but in an mbox.</param>
/// <param name="Recipient">The one that it is about, the failed before the others.</param>
/// <param name="Status">Enhanced status code (RFC 3463).</param>
/// <param name="Class">Absent where nothing failed and nothing is late.</param>
/// <param name="Statement">The statement that it names; absent where it names none of ours.</param>
internal sealed record BounceView(
    string File, int Number, BounceKind Kind, string? Recipient, string? Status, BounceClass? Class, MatchedStatement? Statement, BounceReport Report)
{
    public static BounceView Of(string file, int number, BounceReport report, LedgerRow? row)
    {
        var one = report.Recipients.FirstOrDefault(recipient => recipient.Kind == report.Kind);
        var named = row is not null || report.MessageName is not null ? new MatchedStatement(report.MessageName, row?.Batch, row?.Job, row?.State) : null;
        return new BounceView(file, number, report.Kind, one?.Address, one?.Status, report.Kind is BounceKind.Failure or BounceKind.Delayed ? one?.Class : null, named, report);
    }
}

/// <summary>The statement that a message names.</summary>
/// <param name="Message">Name of our message: the local part of its Message-ID. Read from the message alone.</param>
/// <param name="Batch">With <paramref name="Job"/> and <paramref name="State"/> from the ledger; absent where it was not asked or knows none.</param>
internal sealed record MatchedStatement(string? Message, string? Batch, string? Job, StatementState? State);
