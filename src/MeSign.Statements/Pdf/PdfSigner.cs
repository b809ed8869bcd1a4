using System.Security.Cryptography;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Signs PDFs of any structure by appending: the input's bytes are an exact prefix of the output. Safe for many documents at once.
/// </summary>
public sealed class PdfSigner(CmsSigner cms, TimeProvider clock)
{
    private const int CopyBytes = 128 * 1024;
    private const int MoreTries = 2;

    /// <param name="input">Seekable; read from its beginning to its end.</param>
    /// <param name="output">Written once from where it stands; may be a network stream.</param>
    /// <exception cref="StatementFailedException">
    /// DocumentNotPdf, DocumentDamaged, DocumentEncrypted, DocumentNotSupported, DocumentSigningNotAllowed; nothing was written.
    /// </exception>
    /// <exception cref="StatementDelayedException">No timestamp server answers; the output is unfinished.</exception>
    public async Task<PdfSignatureResult> SignAsync(
        Stream input, Stream output, PdfSignatureRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var now = clock.GetUtcNow();
        var document = PdfDocument.Open(input, request.Password);
        var update = new IncrementalUpdate(document);
        var (signature, field, certifies) = Prepare(document, update, request, now);
        using var hash = IncrementalHash.CreateHash(request.Identity.Hash);
        var endsWithLine = await CopyAsync(input, output, hash, cancellationToken);

        var (bytes, made) = await SignAsync(update, signature, document.Length, endsWithLine, hash, request, cancellationToken);
        await output.WriteAsync(bytes, cancellationToken);
        return new PdfSignatureResult(made.Timestamp?.GenTime ?? now, document.Length + bytes.Length, field, certifies);
    }

    private static (SignatureDictionary Signature, string Field, bool Certifies) Prepare(
        PdfDocument document, IncrementalUpdate update, PdfSignatureRequest request, DateTimeOffset now)
    {
        var fields = FormField.ReadAll(document);
        var permission = SigningPermission.Read(document, fields);
        var certifies = request.Certify is not null && !permission.HasSignatures;
        var signature = new SignatureDictionary(request, now, certifies);
        var reference = update.Add(signature.Dictionary);
        var place = new SignatureField(document, update, fields);
        var (existing, name) = place.Choose(request.FieldName);
        permission.Demand(name);
        if (existing is null)
        {
            place.Create(name, Description(request), reference, tabOrder: !permission.HasSignatures);
        }
        else
        {
            place.Fill(existing, reference);
            if (document.Dictionary(existing.Dictionary["Lock"]) is { } fieldLock)
                signature.Lock(fieldLock);
        }

        if (certifies)
            place.Certify(reference);
        return (signature, name, certifies);
    }

    // The room is reckoned from the chain and the servers' tokens. A server that has never been asked may answer with more:
    // then everything after the original bytes is made again, larger, and signed again.
    private async Task<(ReadOnlyMemory<byte> Update, CmsSignature Made)> SignAsync(
        IncrementalUpdate update,
        SignatureDictionary signature,
        long start,
        bool endsWithLine,
        IncrementalHash original,
        PdfSignatureRequest request,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<Uri> servers = request.Level == PadesLevel.BB ? [] : request.TimestampServers;
        signature.Reserve(cms.MaxDetachedBytes(request.Identity, CmsProfile.Pades, servers));
        for (var more = MoreTries; ; more--)
        {
            var writer = update.Write(endsWithLine);
            var (begin, end) = signature.Close(writer, start);
            using var hash = original.Clone();
            hash.AppendData(writer.Written.Span[..begin]);
            hash.AppendData(writer.Written.Span[end..]);
            var made = await cms.SignDetachedAsync(
                hash.GetHashAndReset(), request.Identity, CmsProfile.Pades, servers, cancellationToken);
            if (made.Der.Length <= signature.Room)
            {
                signature.Insert(writer, made.Der.Span);
                return (writer.Written, made);
            }

            if (more == 0)
                throw new InvalidOperationException("The signature outgrew the room that was made for it three times");
            signature.Reserve(made.Der.Length + (made.Der.Length / 4));
        }
    }

    private static async Task<bool> CopyAsync(Stream input, Stream output, IncrementalHash hash, CancellationToken cancellationToken)
    {
        input.Position = 0;
        var buffer = new byte[(int)Math.Min(CopyBytes, Math.Max(1, input.Length))];
        byte last = 0;
        while (await input.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            last = buffer[read - 1];
        }

        return last is (byte)'\n' or (byte)'\r';
    }

    private static string Description(PdfSignatureRequest request) =>
        request.Name is { Length: > 0 } name ? $"Digital signature of {name}" : "Digital signature";

    private static void Check(PdfSignatureRequest request)
    {
        if (request.Certify is < 1 or > 3)
            throw new ArgumentException($"Certify {request.Certify} is not a DocMDP permission: 1, 2, 3, or null to approve", nameof(request));
        if (request.Level != PadesLevel.BB && request.TimestampServers.Count == 0)
            throw new ArgumentException($"Level {request.Level} needs a timestamp server: none is given", nameof(request));
    }
}
