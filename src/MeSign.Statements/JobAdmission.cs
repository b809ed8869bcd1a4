using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;

namespace MeSign.Statements;

/// <summary>Whether a job may be worked on: read by the contract, of a known issuer, with no less encryption than that demands.</summary>
internal sealed class JobAdmission(JobReader reader, IssuerDirectory issuers, TimeProvider time)
{
    /// <inheritdoc cref="JobReader.Read"/>
    public StatementJob Read(BinaryData body) => reader.Read(body);

    /// <exception cref="StatementFailedException">The first reason why not.</exception>
    public (Issuer Issuer, StatementReceipt Receipt) Admit(StatementJob job)
    {
        var issuer = issuers.Get(job.Issuer);
        EncryptionDecision.Admit(job, issuer);
        return (issuer, ReceiptOf(job, issuer));
    }

    /// <inheritdoc cref="Admit(StatementJob)"/>
    public (Issuer Issuer, StatementReceipt Receipt) Admit(BinaryData body) => Admit(Read(body));

    private StatementReceipt ReceiptOf(StatementJob job, Issuer issuer) => new()
    {
        Key = new StatementKey(job.Batch, job.Id),
        Issuer = job.Issuer,
        Kind = job.Kind,
        RecipientAddress = job.Recipient.Address,
        JobSha256 = job.Sha256,
        DocumentSha256 = job.Document?.Sha256,
        DocumentBlob = job.Document?.Blob,
        Expires = job.Expires ?? time.GetUtcNow() + (job.Kind == JobKind.Code ? issuer.Sealing.CodeMaxAge : issuer.MaxAge),
    };
}
