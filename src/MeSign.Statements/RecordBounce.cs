using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>From what came to the return path to the statement that it is about.</summary>
internal sealed partial class RecordBounce(StatementLedger ledger, Outcomes outcomes, ILogger<RecordBounce> logger)
{
    /// <returns>The statement, as it stands now; null where the message is no report, or about none of ours.</returns>
    public async Task<LedgerRow?> RunAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var report = BounceReader.Read(message);
        if (report.Kind == BounceKind.NotABounce || await ledger.FindByMessageAsync(report.References, cancellationToken) is not { } row)
        {
            Log.Unmatched(logger, report.Kind);
            return null;
        }

        var recipient = report.Recipients.FirstOrDefault(one => one.Kind == report.Kind);
        Log.Matched(logger, row.Batch, row.Job, report.Kind, recipient?.Class, recipient?.Status);
        StatementState? end = report.Kind switch
        {
            BounceKind.Failure => StatementState.Bounced,
            BounceKind.Success => StatementState.Delivered,
            // Nothing has ended: it is tried again, was read, or is complained about.
            _ => null,
        };

        switch (row.State)
        {
            case StatementState.Submitting when end is not null:
                throw new StatementDelayedException($"{row.Key} came back before its worker recorded that it left");

            case var state when end is { } to && StateTransitions.IsLegal(state, to):
                // Class and codes only: what the report says in words names the recipient.
                await outcomes.EndAsync(row with { Detail = to == StatementState.Bounced ? Describe(recipient) : null }, to, cancellationToken);
                break;

            default:
                await outcomes.ReportAsync(row, cancellationToken);
                break;
        }

        return await ledger.FindAsync(row.Key, cancellationToken);
    }

    private static string Describe(BouncedRecipient? recipient) => recipient is null
        ? "returned without a reason"
        : string.Join(' ', new[] { $"returned as {recipient.Class}:", recipient.ReplyCode?.ToString(System.Globalization.CultureInfo.InvariantCulture), recipient.Status }.OfType<string>());

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Batch}/{Job} came back as {Kind}: {Class} {Status}")]
        public static partial void Matched(ILogger logger, string batch, string job, BounceKind kind, BounceClass? @class, string? status);

        [LoggerMessage(LogLevel.Information, "A message to the return path is about no statement: {Kind}")]
        public static partial void Unmatched(ILogger logger, BounceKind kind);
    }
}
