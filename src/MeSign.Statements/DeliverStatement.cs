using MeSign.Statements.Delivery;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// From the outbox to the relay. Submitting is on record before the message's body leaves, and not before: whoever finds it
/// later knows that the statement may be on its way, and does not send it again; a worker that dies while it connects, or while
/// the relay looks at the addresses, leaves nothing uncertain.
/// </summary>
internal sealed partial class DeliverStatement(
    IssuerDirectory issuers,
    StatementLedger ledger,
    Outbox outbox,
    SuppressionList suppressions,
    SmtpSubmitter smtp,
    StatementQueues queues,
    DeferralSchedule schedule,
    Outcomes outcomes,
    IOptions<DeliveryOptions> options,
    SweepMetrics metrics,
    TimeProvider time,
    ILogger<DeliverStatement> logger)
{
    /// <summary>A message that the queue shows a little early is not sent round once more for it.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(2);

    public async Task RunAsync(QueuedMessage message, CancellationToken cancellationToken)
    {
        var order = DeliveryOrder.Read(message.Body);
        if (order is null || await ledger.FindAsync(order.Key, cancellationToken) is not { } row)
        {
            Log.Orphan(logger, order?.Batch, order?.Job);
            await outcomes.AbandonAsync(message, order?.Key, job: null, "a delivery order that names no statement of the ledger", cancellationToken);
            metrics.Repaired("order-without-row");
            return;
        }

        var now = time.GetUtcNow();
        switch (row.State)
        {
            case StatementState.Submitting when row.LeaseUntil + options.Value.ClockSkew > now:
                await queues.SendDeliveryAsync(order, row.LeaseUntil + options.Value.ClockSkew - now, cancellationToken);
                break;

            case StatementState.Submitting:
                await outcomes.EndAsync(
                    row with { Detail = "the worker that was submitting it ended without recording how: the relay may have taken it" },
                    StatementState.Uncertain,
                    cancellationToken);
                break;

            case StatementState.Deferred when row.NextAttempt - Early > now:
                await queues.SendDeliveryAsync(order, row.NextAttempt - now, cancellationToken);
                break;

            case StatementState.Sealed or StatementState.Deferred when row.Expires <= now:
                await outcomes.EndAsync(row with { Detail = Expiry(row.Detail) }, StatementState.Expired, cancellationToken);
                break;

            // Sealed weeks ago, or deferred: what came back for another statement counts for this one too.
            case StatementState.Sealed or StatementState.Deferred when await suppressions.FindAsync(row.RecipientHash, cancellationToken) is { } suppression:
                await outcomes.EndAsync(row with { Detail = suppression.Reason() }, StatementState.Suppressed, cancellationToken);
                break;

            case StatementState.Sealed or StatementState.Deferred:
                await SubmitAsync(order, row, cancellationToken);
                break;

            default:
                await outcomes.ReportAsync(row, cancellationToken);
                break;
        }
    }

    private async Task SubmitAsync(DeliveryOrder order, LedgerRow row, CancellationToken cancellationToken)
    {
        Issuer issuer;
        try
        {
            issuer = issuers.Get(row.Issuer ?? "");
        }
        catch (StatementFailedException removed)
        {
            // The issuer was taken out of the settings while the statement waited.
            await outcomes.EndAsync(row with { Code = removed.Code, Detail = removed.Detail }, StatementState.Failed, cancellationToken);
            return;
        }

        ReadOnlyMemory<byte> eml;
        Envelope envelope;
        try
        {
            eml = await outbox.OpenAsync(row.Key, row.SealedSha256, cancellationToken);
            envelope = Envelope.Of(eml, issuer.ReturnPath);
        }
        catch (InvalidDataException foreign)
        {
            // Whoever can write to storage must not choose what a customer gets, nor which one. Trying again would not put it right.
            Log.Foreign(logger, row.Batch, row.Job, foreign.Message);
            await outcomes.EndAsync(row with { Detail = foreign.Message }, StatementState.Abandoned, cancellationToken);
            return;
        }

        var sending = row;
        var submission = await smtp.SubmitAsync(
            issuer.Relays,
            envelope,
            eml,
            // Given up on half-way, this write may have happened all the same, and the statement would end as Uncertain although
            // nothing was sent. So it is finished; the submission then finds that it is to stop, and says so.
            async () =>
            {
                sending = await ledger.MoveAsync(
                    row with { LeaseUntil = time.GetUtcNow() + options.Value.Lease, Attempts = row.Attempts + 1 }, StatementState.Submitting, CancellationToken.None);
                // A process that stood still (a paused container, a suspended machine) has lost its lease with the time: by now somebody
                // may have decided otherwise. Its own timers do not tell, they may have stood still as well.
                if (sending.LeaseUntil <= time.GetUtcNow())
                    throw new LedgerConflictException(row.Key, row.State, StatementState.Submitting);
            },
            cancellationToken);
        if (sending.State != StatementState.Submitting && submission is not Submission.Deferred { Reason: DeferralReason.ShuttingDown } and not Submission.Deferred { After: not null })
            sending = sending with { Attempts = row.Attempts + 1 };

        // What the relay answered is known only here: it is recorded even when this worker is told to stop by now.
        await RecordAsync(order, sending with { RelayReply = submission.Reply?.ToString() ?? row.RelayReply }, submission, CancellationToken.None);
    }

    private Task RecordAsync(DeliveryOrder order, LedgerRow row, Submission submission, CancellationToken cancellationToken) => submission switch
    {
        Submission.Relayed => outcomes.EndAsync(row with { Detail = null }, StatementState.Relayed, cancellationToken),
        Submission.Failed failed => outcomes.EndAsync(row with { Code = failed.Code, Detail = failed.Detail }, StatementState.Failed, cancellationToken),
        Submission.Uncertain uncertain => outcomes.EndAsync(row with { Detail = uncertain.Detail }, StatementState.Uncertain, cancellationToken),
        Submission.Deferred deferred => DeferAsync(order, row, deferred, cancellationToken),
        _ => throw new InvalidOperationException($"{row.Key}: {submission.GetType().Name} is no way for a submission to end"),
    };

    private async Task DeferAsync(DeliveryOrder order, LedgerRow row, Submission.Deferred deferred, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var delay = deferred switch
        {
            // The next worker may begin at once.
            { Reason: DeferralReason.ShuttingDown } => TimeSpan.Zero,
            // One by one as it is: the limit keeps them apart itself.
            { Reason: DeferralReason.Limited, After: { } turn } => DeferralSchedule.Within(turn, now, row.Expires),
            { After: { } after } => DeferralSchedule.Later(after, now, row.Expires),
            _ => schedule.Next(row.Attempts, now, row.Expires) ?? TimeSpan.Zero,
        };
        Log.Deferred(logger, row.Batch, row.Job, deferred.Reason, row.RelayReply, delay);

        // Dead between the two, the message that this call holds comes back and finds when the next attempt is due.
        await ledger.MoveAsync(row with { NextAttempt = now + delay, Detail = deferred.Detail }, StatementState.Deferred, cancellationToken);
        await queues.SendDeliveryAsync(order, delay, cancellationToken);
    }

    private static string Expiry(string? lastDetail) => lastDetail is null
        ? "its time ran out before the relay took it"
        : $"its time ran out before the relay took it; the last answer: {lastDetail}";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A delivery order names {Batch}/{Job}, which is no statement of the ledger: it is recorded as abandoned")]
        public static partial void Orphan(ILogger logger, string? batch, string? job);

        [LoggerMessage(LogLevel.Error, "{Batch}/{Job} is not sent: {Fault}")]
        public static partial void Foreign(ILogger logger, string batch, string job, string fault);

        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job} deferred for {Delay}: {Reason} {Reply}")]
        public static partial void Deferred(ILogger logger, string batch, string job, DeferralReason reason, string? reply, TimeSpan delay);
    }
}
