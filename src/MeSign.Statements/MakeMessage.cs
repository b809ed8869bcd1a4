using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Sealing;

namespace MeSign.Statements;

/// <summary>From a job and its document to the message that leaves: template, PDF signature, S/MIME. Knows no storage and no queue.</summary>
public sealed class MakeMessage
{
    private readonly PdfSigner _pdf;
    private readonly MessageComposer _composer;
    private readonly MessageSealer _sealer;

    internal MakeMessage(PdfSigner pdf, MessageComposer composer, MessageSealer sealer)
    {
        _pdf = pdf;
        _composer = composer;
        _sealer = sealer;
    }

    /// <summary>Fills the job's template and throws the result away: what would fail later fails here, before anything is signed or sent.</summary>
    /// <exception cref="StatementFailedException">TemplateNotFound, TemplateFailed, UnsafeHeader; the detail names the template and the value.</exception>
    public void Check(StatementJob job, Issuer issuer)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(issuer);
        _ = Compose(job, issuer, document: null);
    }

    /// <param name="document">The PDF as the bank gave it; null for a job without one.</param>
    /// <param name="certificates">To encrypt to, checked already; none for a message that is only signed.</param>
    /// <exception cref="StatementFailedException">The document, the template, or the size of the result.</exception>
    /// <exception cref="StatementDelayedException">No timestamp server answers.</exception>
    public async Task<SealedMessage> RunAsync(
        StatementJob job, Issuer issuer, ReadOnlyMemory<byte>? document, IReadOnlyList<X509Certificate2> certificates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentNullException.ThrowIfNull(certificates);

        return await FinishAsync(Compose(job, issuer, document), issuer, certificates, cancellationToken);
    }

    /// <summary>The first half, which costs nothing: whatever the template or a value is to blame for fails here.</summary>
    /// <exception cref="StatementFailedException">TemplateNotFound, TemplateFailed, UnsafeHeader.</exception>
    internal ComposedMessage Compose(StatementJob job, Issuer issuer, ReadOnlyMemory<byte>? document) => _composer.Compose(job, issuer, document);

    /// <summary>The second half, which spends signatures and timestamps.</summary>
    /// <param name="composed">Made by <see cref="Compose"/>, its document not signed yet.</param>
    internal async Task<SealedMessage> FinishAsync(
        ComposedMessage composed, Issuer issuer, IReadOnlyList<X509Certificate2> certificates, CancellationToken cancellationToken)
    {
        if (composed.Attachments is [{ Content: var unsigned }])
            composed = composed.WithDocument(await SignAsync(unsigned, issuer, cancellationToken));
        return await _sealer.SealAsync(composed, issuer, certificates, cancellationToken);
    }

    private async Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> document, Issuer issuer, CancellationToken cancellationToken)
    {
        using var input = new MemoryStream(document.ToArray(), writable: false);
        using var output = new MemoryStream(document.Length + (64 << 10));
        await _pdf.SignAsync(input, output, IssuerSignature.Of(issuer), cancellationToken);
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }
}
