using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;
using MeSign.Statements.Pdf;
using MeSign.Statements.Recipients;
using MeSign.Statements.Sealing;

namespace MeSign.Statements;

/// <summary>From a job on the queue to a finished message in the outbox.</summary>
internal sealed class SealStatement(
    JobAdmission admission,
    DocumentStore documents,
    RecipientDirectory recipients,
    PdfSigner pdf,
    MessageComposer composer,
    MessageSealer sealer,
    Outbox outbox,
    HeldJobs held,
    StatementLedger ledger,
    StatementQueues queues,
    Outcomes outcomes,
    TimeProvider time)
{
    public async Task RunAsync(QueuedMessage message, CancellationToken cancellationToken)
    {
        StatementJob job;
        Issuer issuer;
        StatementReceipt receipt;
        try
        {
            (job, issuer, receipt) = admission.Admit(message.Body);
        }
        catch (StatementFailedException refusal)
        {
            await outcomes.RefuseAsync(message, refusal, cancellationToken);
            return;
        }

        var reception = await ledger.ReceiveAsync(receipt, cancellationToken);
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
            var decision = await DecideAsync(job, issuer, cancellationToken);
            row = row with { RejectedCertificates = decision.Rejected };
            if (decision.Hold is { } reason)
            {
                await held.ParkAsync(row.Batch, row.Job, JobBody.Decode(message.Body), cancellationToken);
                await outcomes.HoldAsync(row with { Detail = reason }, cancellationToken);
                return;
            }

            // Composed before it is signed: a template that fails spends no timestamp.
            var composed = composer.Compose(job, issuer, document);
            if (document is { } unsigned)
                composed = composed.WithDocument(await SignAsync(unsigned, issuer, cancellationToken));
            var finished = await sealer.SealAsync(composed, issuer, decision.Certificates, cancellationToken);
            entry = (await outbox.PutAsync(row.Key, issuer.Id, finished, cancellationToken)).Entry;
        }

        await ledger.MoveAsync(
            row with
            {
                SealedSha256 = entry.Sha256,
                Encrypted = entry.Encrypted,
                EncryptedTo = entry.EncryptedTo,
                MessageId = entry.MessageId,
                Timestamp = entry.Timestamp,
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

    private async Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> document, Issuer issuer, CancellationToken cancellationToken)
    {
        using var input = new MemoryStream(document.ToArray(), writable: false);
        using var output = new MemoryStream(document.Length + (64 << 10));
        await pdf.SignAsync(input, output, SignatureOf(issuer), cancellationToken);
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    private static PdfSignatureRequest SignatureOf(Issuer issuer) => new()
    {
        Identity = issuer.Identity,
        TimestampServers = issuer.TimestampServers,
        Reason = issuer.Appearance.Reason,
        Location = issuer.Appearance.Location,
        ContactInfo = issuer.Appearance.ContactInfo,
        Seal = SealOf(issuer.Appearance),
    };

    private static PdfSeal? SealOf(IssuerAppearance appearance) => appearance is { Seal: { } path, SealRectangle: [var x, var y, var width, var height] }
        ? new PdfSeal { Path = path, Page = appearance.SealPage, Rectangle = new PdfRectangle(x, y, width, height) }
        : null;
}
