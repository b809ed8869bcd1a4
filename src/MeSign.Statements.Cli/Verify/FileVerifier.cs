using MeSign.Statements.Pdf;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Cli.Verify;

/// <summary>Judges PDFs and messages on disk; what cannot be read is a verdict too.</summary>
/// <param name="keys">What may open a message.</param>
/// <param name="archives">Those of them that open the copies of what was sent to others.</param>
/// <param name="pdfPassword">Opens encrypted PDFs that the empty password does not open.</param>
internal sealed class FileVerifier(
    CmsVerifier verifier, IReadOnlyList<DecryptionKey> keys, IReadOnlyList<DecryptionKey> archives, string? pdfPassword)
{
    // A message is read into memory; relays take a tenth of this.
    private const long LargestMessage = 256 * 1024 * 1024;

    private readonly PdfSignatureValidator _pdfs = new(verifier);
    private readonly MessageOpener _messages = new(verifier);

    public FileVerdict Verify(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return IsPdf(path, file) ? VerifyPdf(path, file) : OpenMessage(path, file).Verdict;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return FileVerdict.Unreadable(path, kind: null, $"It cannot be read: {exception.Message}");
        }
    }

    /// <summary>Judges one message and hands out what is in it.</summary>
    /// <returns>The message is null where it could not be read as one.</returns>
    public (FileVerdict Verdict, OpenedMessage? Message) Open(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return OpenMessage(path, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (FileVerdict.Unreadable(path, kind: null, $"It cannot be read: {exception.Message}"), null);
        }
    }

    private FileVerdict VerifyPdf(string name, Stream pdf)
    {
        try
        {
            var verdict = _pdfs.Validate(pdf, pdfPassword);
            return new()
            {
                File = name,
                Kind = "pdf",
                Valid = verdict.IsValid,
                Signatures = [.. verdict.Signatures.Select(SignatureView.Of)],
                Problems = [.. verdict.Problems, .. verdict.Signatures.SelectMany(signature => signature.Problems.Select(problem => $"{signature.FieldName}: {problem}"))],
            };
        }
        catch (StatementFailedException exception)
        {
            return FileVerdict.Unreadable(name, "pdf", $"{exception.Code}: {exception.Detail}");
        }
    }

    private (FileVerdict Verdict, OpenedMessage? Message) OpenMessage(string name, FileStream file)
    {
        if (file.Length > LargestMessage)
            return (FileVerdict.Unreadable(name, "message", $"It has {file.Length} bytes: a message has at most {LargestMessage}."), null);

        var eml = new byte[file.Length];
        file.ReadExactly(eml);
        try
        {
            var message = _messages.Open(eml, [.. keys, .. archives], [.. archives.Select(archive => archive.Certificate)]);
            return (Judge(name, message), message);
        }
        catch (FormatException exception)
        {
            return (FileVerdict.Unreadable(name, "message", $"It is no message: {exception.Message}"), null);
        }
    }

    private FileVerdict Judge(string name, OpenedMessage message)
    {
        var pdfs = message.Attachments.Where(IsPdf).ToList();
        var attachments = pdfs.Select(Judge).ToList();
        var problems = message.Problems.Count > 0 || message.Signature is not null ? message.Problems : ["The message is not signed."];
        return new()
        {
            File = name,
            Kind = "message",
            Valid = message.IsValid && attachments.TrueForAll(attachment => attachment.Valid),
            Message = new(
                message.Fields.From,
                message.Fields.To,
                message.Fields.Subject,
                message.Fields.Date,
                message.Fields.MessageId,
                [.. message.Layers.OfType<EncryptionLayer>().Select(View)],
                message.HeaderProtection.Protection,
                [.. message.HeaderProtection.Differences.Select(one => new HeaderView(one.Name, one.Inside, one.Outside, one.MadeBySender))],
                [.. message.Attachments.Except(pdfs).Select(attachment => attachment.Name)]),
            Signatures = [.. message.Layers.OfType<SignatureLayer>().SelectMany(layer => layer.Verdict.Signers).Select(SignatureView.Of)],
            Attachments = attachments,
            Problems = problems,
        };
    }

    private FileVerdict Judge(OpenedAttachment attachment)
    {
        using var pdf = new MemoryStream(attachment.Content.ToArray(), writable: false);
        return VerifyPdf(attachment.Name, pdf);
    }

    private static EncryptionView View(EncryptionLayer layer) => new(
        layer.Algorithm,
        layer.IsAuthenticated,
        [.. layer.Recipients.Select(recipient => new ReaderView(recipient.Recipient, recipient.KeyEncryption))],
        layer.OpenedBy?.Subject);

    // The name may lie: what begins as a PDF is opened as one.
    private static bool IsPdf(OpenedAttachment attachment) =>
        attachment.MediaType.Equals("application/pdf", StringComparison.OrdinalIgnoreCase)
        || attachment.Name.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase)
        || attachment.Content.Span.StartsWith("%PDF-"u8);

    private static bool IsPdf(string path, FileStream file)
    {
        if (path.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase))
            return true;

        Span<byte> begin = stackalloc byte[5];
        var read = file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return begin[..read].SequenceEqual("%PDF-"u8);
    }
}
