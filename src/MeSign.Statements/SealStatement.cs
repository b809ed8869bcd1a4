using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;
using MeSign.Statements.Recipients;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements;

/// <summary>From a job on the queue to a finished message in the outbox.</summary>
internal sealed partial class SealStatement(
    JobAdmission admission,
    DocumentStore documents,
    RecipientDirectory recipients,
    MakeMessage make,
    Outbox outbox,
    HeldJobs held,
    SuppressionList suppressions,
    StatementLedger ledger,
    StatementQueues queues,
    Outcomes outcomes,
    TimeProvider time,
    ILogger<SealStatement> logger)
{
    public async Task RunAsync(QueuedMessage message, CancellationToken cancellationToken)
    {
        StatementJob? job = null;
        Issuer issuer;
        StatementReceipt receipt;
        try
        {
            job = admission.Read(message.Body);
            (issuer, receipt) = admission.Admit(job);
        }
        catch (StatementFailedException refusal)
        {
            await outcomes.RefuseAsync(message, job, refusal, cancellationToken);
            return;
        }

        var reception = await ledger.ReceiveAsync(receipt with { Body = JobBody.Decode(message.Body) }, cancellationToken);
        if (reception.Outcome == ReceptionOutcome.Conflicting)
        {
            await outcomes.ReportReusedIdAsync(reception.Row.Key, job.Issuer, cancellationToken);
            return;
        }

        await outcomes.SettleAsync(
            reception.Row,
            () => ContinueAsync(job, issuer, message, reception.Row, cancellationToken),
            delay => queues.SendJobAsync(JobBody.Decode(message.Body), delay, cancellationToken),
            cancellationToken);
    }

    private async Task ContinueAsync(StatementJob job, Issuer issuer, QueuedMessage message, LedgerRow row, CancellationToken cancellationToken)
    {
        switch (row.State)
        {
            case StatementState.Received or StatementState.Held when row.Expires <= time.GetUtcNow():
                await outcomes.EndAsync(row with { Detail = "its time ran out before it could be sealed" }, StatementState.Expired, cancellationToken);
                break;

            case StatementState.Received or StatementState.Held when await suppressions.FindAsync(row.RecipientHash, cancellationToken) is { } suppression:
                await outcomes.EndAsync(row with { Detail = suppression.Reason() }, StatementState.Suppressed, cancellationToken);
                break;

            case StatementState.Received or StatementState.Held:
                await SealOnceAsync(job, issuer, message, row, cancellationToken);
                break;

            case StatementState.Sealed:
                // Died between the row and the queue, or the same job again: a second order is harmless.
                await queues.SendDeliveryAsync(new DeliveryOrder(row.Batch, row.Job), delay: null, cancellationToken);
                break;

            default:
                await outcomes.ReportAsync(row, cancellationToken);
                break;
        }
    }

    private async Task SealOnceAsync(StatementJob job, Issuer issuer, QueuedMessage message, LedgerRow row, CancellationToken cancellationToken)
    {
        // A run before this one may have died after the message was written: its timestamps are spent, so it is used.
        var entry = await outbox.FindAsync(row.Key, cancellationToken);
        if (entry is null)
        {
            var document = job.Document is null ? (ReadOnlyMemory<byte>?)null : await documents.OpenAsync(job.Document, issuer.MaxDocumentBytes, cancellationToken);
            // Before the job may be held for weeks, and before a signature or a timestamp is spent on it.
            var composed = make.Compose(job.Kind == JobKind.Code ? job with { Expires = row.Expires } : job, issuer, document);
            var decision = await DecideAsync(job, issuer, cancellationToken);
            if (decision.Hold is { } reason)
            {
                await held.ParkAsync(row.Batch, row.Job, JobBody.Decode(message.Body), cancellationToken);
                await outcomes.HoldAsync(row, reason, decision.Rejected, cancellationToken);
                return;
            }

            row = row with { RejectedCertificates = decision.Rejected };
            var finished = await make.FinishAsync(composed, issuer, decision.Certificates, cancellationToken);
            entry = (await outbox.PutAsync(row.Key, issuer.Id, finished, cancellationToken)).Entry;
            finished.Eml.Return();
        }

        if (entry.Repaired is { } damage)
            Log.Repaired(logger, row.Batch, row.Job, damage);
        await ledger.MoveAsync(
            row with
            {
                SealedSha256 = entry.Sha256,
                Encrypted = entry.Encrypted,
                EncryptedTo = entry.EncryptedTo,
                MessageId = entry.MessageId,
                Timestamp = entry.Timestamp,
                Repaired = entry.Repaired,
                Detail = null,
            },
            StatementState.Sealed,
            cancellationToken);
        await queues.SendDeliveryAsync(new DeliveryOrder(row.Batch, row.Job), delay: null, cancellationToken);
    }

    private async Task<EncryptionDecision> DecideAsync(StatementJob job, Issuer issuer, CancellationToken cancellationToken)
    {
        var policy = job.Encryption ?? issuer.Encryption;
        var certificates = policy == EncryptionPolicy.Never
            ? RecipientCertificates.None
            : await recipients.FindAsync(job.Recipient, cancellationToken);
        return EncryptionDecision.Decide(policy, certificates);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job}: the document was repaired before it was signed: {Damage}")]
        public static partial void Repaired(ILogger logger, string batch, string job, string damage);
    }
}
