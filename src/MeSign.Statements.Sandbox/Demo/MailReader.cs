using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Pdf;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>
/// The recipients' side: opens each message with its recipient's key and judges it as a strict mail program would,
/// trusting <c>root.pem</c> and nothing else.
/// </summary>
internal sealed class MailReader
{
    private readonly IReadOnlyDictionary<string, X509Certificate2> _keys;
    private readonly MessageOpener _messages;
    private readonly PdfSignatureValidator _pdfs;

    /// <param name="keys">Certificates with private keys, by address.</param>
    public MailReader(SandboxFolder folder, IReadOnlyDictionary<string, X509Certificate2> keys, TimeProvider time)
    {
        var root = TrustAnchors.Load([folder.Root]);
        var verifier = new CmsVerifier(root, root, CrlSet.Load([folder.RootCrl, folder.IssuingCrl]), time, requireRevocation: true);
        _keys = keys;
        _messages = new MessageOpener(verifier);
        _pdfs = new PdfSignatureValidator(verifier);
    }

    /// <summary>Reads all of them, in the order given.</summary>
    public async Task<IReadOnlyList<OpenedMail>> ReadAsync(IReadOnlyList<SinkMessage> messages, CancellationToken cancellationToken)
    {
        var mails = new OpenedMail[messages.Count];
        await Parallel.ForAsync(0, messages.Count, cancellationToken, async (index, cancellation) =>
            mails[index] = Read(messages[index], await messages[index].ReadAsync(cancellation)));
        return mails;
    }

    private OpenedMail Read(SinkMessage sink, byte[] eml)
    {
        try
        {
            var mail = new OpenedMail(sink, _messages.Open(eml, KeysOf(sink)), null) { Problems = [] };
            var verdict = mail.Pdf is { } pdf ? Validate(pdf) : null;
            mail = mail with { PdfVerdict = verdict };
            return mail with { Problems = [.. Judge(mail)] };
        }
        catch (Exception unreadable) when (unreadable is FormatException or StatementFailedException)
        {
            return new OpenedMail(sink, null, unreadable.Message) { Problems = [$"cannot be read: {unreadable.Message}"] };
        }
    }

    private X509Certificate2[] KeysOf(SinkMessage sink) =>
        sink.Recipients is [var only] && _keys.TryGetValue(only.Address, out var key) ? [key] : [];

    private PdfVerdict Validate(OpenedAttachment pdf)
    {
        using var stream = new MemoryStream(pdf.Content.ToArray(), writable: false);
        return _pdfs.Validate(stream);
    }

    private static IEnumerable<string> Judge(OpenedMail mail)
    {
        var message = mail.Message!;
        foreach (var problem in message.Problems)
            yield return problem;
        if (!message.IsValid && message.Problems.Count == 0)
            yield return "the message is not signed";
        if (mail.Timestamp is null)
            yield return "the message's signature has no valid timestamp";
        if (message.Fields.From?.Contains(RunningSandbox.FromAddress, StringComparison.Ordinal) != true)
            yield return $"the protected From is \"{message.Fields.From}\", not {RunningSandbox.FromAddress}";
        if (message.HeaderProtection.Protection != (mail.IsEncrypted ? "cipher" : "clear"))
            yield return $"header protection is \"{message.HeaderProtection.Protection}\"";
        if (mail.IsEncrypted && message.OuterFields.Subject == message.Fields.Subject)
            yield return "the subject of an encrypted message is shown on the way";
        if (mail.IsEncrypted && message.Encryption!.Recipients.Count != 1)
            yield return $"{message.Encryption.Recipients.Count} keys open the message instead of one";
        if (!mail.Sink.Tls)
            yield return "the message came without TLS";
        if (mail.Sink.Recipients.Count != 1)
            yield return $"the message went to {mail.Sink.Recipients.Count} addresses";

        if (mail.PdfVerdict is not { } verdict)
        {
            yield return "there is not exactly one PDF attached";
            yield break;
        }

        foreach (var problem in verdict.Problems.Concat(verdict.Signatures.SelectMany(signature => signature.Problems)))
            yield return "PDF: " + problem;
        if (verdict.Signatures is not [{ Coverage: SignatureCoverage.WholeFile, Certification: 1, Level: PadesLevel.BT }])
            yield return "PDF: not one certification (P 1) of level PAdES B-T over the whole file";
    }
}
