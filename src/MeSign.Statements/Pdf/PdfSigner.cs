using System.Buffers;
using System.Security.Cryptography;
using MeSign.Statements.Pdf.LongTerm;
using MeSign.Statements.Pdf.Repair;
using MeSign.Statements.Pdf.Seals;
using MeSign.Statements.Pdf.Seeds;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf;

/// <summary>
/// Signs PDFs of any structure by appending: the input's bytes are an exact prefix of the output, of a repaired document as well. Safe for many documents at once.
/// </summary>
public sealed class PdfSigner(CmsSigner cms, TimestampClient timestamps, ValidationMaterialSource material, TimeProvider clock)
{
    private const int CopyBytes = 128 * 1024;

    private readonly SealTemplates _seals = new();

    /// <param name="input">Seekable; read from its beginning to its end.</param>
    /// <param name="output">Written once from where it stands; may be a network stream.</param>
    /// <exception cref="StatementFailedException">
    /// DocumentNotPdf, DocumentDamaged, DocumentEncrypted, DocumentNotSupported, DocumentSigningNotAllowed; nothing was written.
    /// </exception>
    /// <exception cref="StatementFailedException">For B-LT and B-LTA: SigningCertificateRevoked, RevocationNotPublished; the output is unfinished.</exception>
    /// <exception cref="StatementDelayedException">
    /// No timestamp server or source of revocation data answers, or a server's tokens grow from answer to answer; the output is unfinished.
    /// </exception>
    public async Task<PdfSignatureResult> SignAsync(
        Stream input, Stream output, PdfSignatureRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var now = clock.GetUtcNow();
        string? repaired = null;
        Prepared prepared;
        try
        {
            prepared = Prepare(PdfDocument.Open(input, request.Password), request, now);
        }
        catch (StatementFailedException damage) when (request.Repair && damage.Code == FailureCode.DocumentDamaged)
        {
            input = PdfRepair.Run(input, damage, request.Password, cancellationToken);
            prepared = Prepare(PdfDocument.Open(input, request.Password), request, now);
            if (prepared.Approves)
                throw SigningPermission.NotAllowed("it is damaged, and to repair it would change what is signed already");
            repaired = damage.Detail;
        }

        var (document, update, signature) = (prepared.Document, prepared.Update, prepared.Signature);
        request = prepared.Request;
        using var hash = IncrementalHash.CreateHash(request.Identity.Hash);
        var endsWithLine = await CopyAsync(input, output, hash, cancellationToken);

        IReadOnlyList<Uri> servers = request.Level == PadesLevel.BB ? [] : request.TimestampServers;
        signature.Reserve(cms.MaxDetachedBytes(request.Identity, CmsProfile.Pades, servers));
        CmsSignature? made = null;
        var bytes = await SignedUpdate.WriteAsync(update, signature, document.Length, endsWithLine, hash, async digest =>
        {
            made = await cms.SignDetachedAsync(digest, request.Identity, CmsProfile.Pades, servers, cancellationToken);
            return made.Der;
        });
        await output.WriteAsync(bytes, cancellationToken);
        var length = document.Length + bytes.Length;
        if (request.Level >= PadesLevel.BLT)
        {
            hash.AppendData(bytes.Span);
            length = await ExtendAsync(input, bytes, made!.Timestamp!, hash, output, request, cancellationToken);
        }

        return new PdfSignatureResult(made!.Timestamp?.GenTime ?? now, length, prepared.Field, prepared.Certifies, repaired);
    }

    private async Task<long> ExtendAsync(
        Stream input,
        ReadOnlyMemory<byte> update,
        TimestampToken timestamp,
        IncrementalHash hash,
        Stream output,
        PdfSignatureRequest request,
        CancellationToken cancellationToken)
    {
        await using var file = new AppendedFile(input);
        file.Append(update);
        var updates = new LongTermUpdates(file, hash, output, request);
        await updates.AddMaterialAsync(await material.GatherAsync(request.Identity, [timestamp], cancellationToken), cancellationToken);
        if (request.Level == PadesLevel.BLTA)
            await updates.AddTimestampAsync(timestamps, cancellationToken);
        return file.Length;
    }

    /// <param name="Request">With what the field's author demands.</param>
    /// <param name="Approves">The document is signed already.</param>
    private sealed record Prepared(
        PdfSignatureRequest Request, PdfDocument Document, IncrementalUpdate Update, SignatureDictionary Signature, string Field, bool Certifies, bool Approves);

    private Prepared Prepare(PdfDocument document, PdfSignatureRequest request, DateTimeOffset now)
    {
        var fields = FormField.ReadAll(document);
        var permission = SigningPermission.Read(document, fields);
        // What goes after a signature must be found to touch nothing; before the first one the look into object streams is not worth its time.
        var update = new IncrementalUpdate(document, DanglingReferences.NumberAbove(document, packed: permission.HasSignatures || request.Level >= PadesLevel.BLT));
        var place = new SignatureField(document, update, fields, firstSignature: !permission.HasSignatures);
        var (existing, name) = place.Choose(request.FieldName);
        permission.Demand(name);
        if (document.Dictionary(existing?.Dictionary["SV"]) is { } seed)
            request = new SeedValues(document, seed, name).Apply(request, permission.HasSignatures);
        var certifies = request.Certify is not null && !permission.HasSignatures;
        var signature = new SignatureDictionary(request, now, certifies);
        var reference = update.Add(signature.Dictionary);
        var seal = request.Seal is null ? null : _seals.Get(request.Seal.Path);
        if (existing is null)
        {
            if (seal is not null)
                permission.DemandVisible();
            place.Create(name, Description(request), reference, request.Seal, seal);
        }
        else
        {
            place.Fill(existing, reference, seal);
            if (document.Dictionary(existing.Dictionary["Lock"]) is { } fieldLock)
                signature.Lock(fieldLock);
        }

        if (certifies)
            place.Certify(reference);
        if (request.Level >= PadesLevel.BLT)
            SecurityStore.Declare(document, update);
        return new(request, document, update, signature, name, certifies, permission.HasSignatures);
    }

    private static async Task<bool> CopyAsync(Stream input, Stream output, IncrementalHash hash, CancellationToken cancellationToken)
    {
        if (input is MemoryStream memory && memory.TryGetBuffer(out var whole))
        {
            // In pieces: what is written was just hashed and is still near.
            for (var rest = whole.AsMemory(); !rest.IsEmpty;)
            {
                var piece = rest[..Math.Min(rest.Length, CopyBytes)];
                hash.AppendData(piece.Span);
                await output.WriteAsync(piece, cancellationToken);
                rest = rest[piece.Length..];
            }

            return EndsLine(whole);
        }

        input.Position = 0;
        // Rented: a buffer of its own for every document would be a large object each time.
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        var endsLine = false;
        while (await input.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            endsLine = EndsLine(buffer.AsSpan(0, read));
        }

        // Not where an exception leaves: whoever writes may still hold it then.
        ArrayPool<byte>.Shared.Return(buffer);
        return endsLine;
    }

    private static bool EndsLine(ReadOnlySpan<byte> bytes) => bytes is [.., (byte)'\n' or (byte)'\r'];

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
