using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Sealing;

namespace MeSign.Statements;

/// <summary>From a job and its document to the message that leaves: template, PDF signature, S/MIME. Knows no storage and no queue.</summary>
public sealed class MakeMessage
{
    // What a signature adds, with a seal or with revocation data; more is made room for when it comes.
    private const int UsualUpdate = 64 * 1024;

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
    /// <returns>Made of <paramref name="document"/>, which stays as it is until the message has been read.</returns>
    /// <exception cref="StatementFailedException">The document, the template, or the size of the result.</exception>
    /// <exception cref="StatementDelayedException">No timestamp server answers, or the issuer's archive certificate is not valid any more.</exception>
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
        if (certificates.Count > 0 && issuer.Sealing.Archive is { } archive)
            RequireValid(archive, issuer, composed.Date);
        if (composed.Attachments is not [{ Content: var unsigned }])
            return await _sealer.SealAsync(composed, issuer, certificates, cancellationToken);

        var (signed, repaired) = await SignAsync(unsigned, issuer, cancellationToken);
        var message = await _sealer.SealAsync(composed.WithDocument(signed.Written), issuer, certificates, cancellationToken);
        // One that is not whole is made of the document each time that it is read.
        if (message.Eml.IsWhole)
            signed.Return();
        return message with { Repaired = repaired };
    }

    /// <summary>It was valid at the start, and processes run for months. What the archive is promised waits for a new one, as for a timestamp.</summary>
    private static void RequireValid(X509Certificate2 archive, Issuer issuer, DateTimeOffset now)
    {
        if (now.UtcDateTime < archive.NotBefore.ToUniversalTime() || now.UtcDateTime > archive.NotAfter.ToUniversalTime())
        {
            throw new StatementDelayedException(string.Create(CultureInfo.InvariantCulture,
                $"the archive certificate of issuer {issuer.Id} is valid from {archive.NotBefore.ToUniversalTime():u} to {archive.NotAfter.ToUniversalTime():u}, not now: name a new one in Sealing:ArchiveCertificate and restart"));
        }
    }

    private async Task<(RentedStream Signed, string? Repaired)> SignAsync(ReadOnlyMemory<byte> document, Issuer issuer, CancellationToken cancellationToken)
    {
        // With its buffer in sight the document is neither copied nor read in pieces.
        var bytes = MemoryMarshal.TryGetArray(document, out var array) ? array : new ArraySegment<byte>(document.ToArray());
        using var input = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false, publiclyVisible: true);
        var output = new RentedStream(document.Length + UsualUpdate);
        var result = await _pdf.SignAsync(input, output, IssuerSignature.Of(issuer), cancellationToken);
        return (output, result.Repaired);
    }
}
