using System.Security.Cryptography;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf.LongTerm;

/// <summary>What levels B-LT and B-LTA append after the signature: validation material, and a timestamp over everything.</summary>
/// <param name="file">The signed file so far.</param>
/// <param name="hash">Over the whole of it.</param>
internal sealed class LongTermUpdates(AppendedFile file, IncrementalHash hash, Stream output, PdfSignatureRequest request)
{
    private const string FieldName = "Timestamp";
    private const string Description = "Document timestamp";

    public Task AddMaterialAsync(ValidationMaterial material, CancellationToken cancellationToken)
    {
        var document = PdfDocument.Open(file, request.Password);
        var update = new IncrementalUpdate(document, document.NextObjectNumber);
        SecurityStore.Add(document, update, material);
        return AppendAsync(update.Write(endsWithLine: true).Written, cancellationToken);
    }

    /// <summary>Adds a document timestamp (ETSI EN 319 142-1 §5.4.3).</summary>
    /// <exception cref="StatementDelayedException">No timestamp server answers.</exception>
    public async Task AddTimestampAsync(TimestampClient timestamps, CancellationToken cancellationToken)
    {
        var document = PdfDocument.Open(file, request.Password);
        var update = new IncrementalUpdate(document, document.NextObjectNumber);
        var timestamp = SignatureDictionary.Timestamp();
        var field = new SignatureField(document, update, FormField.ReadAll(document), firstSignature: false);
        field.Create(field.NewName(FieldName), Description, update.Add(timestamp.Dictionary), seal: null, template: null, timestamp: true);
        timestamp.Reserve(timestamps.ReservedBytes(request.TimestampServers));

        var bytes = await SignedUpdate.WriteAsync(
            update, timestamp, file.Length, endsWithLine: true, hash, async digest =>
            {
                var token = await timestamps.StampAsync(digest, hash.AlgorithmName, request.TimestampServers, cancellationToken);
                return token.Der;
            });
        await AppendAsync(bytes, cancellationToken);
    }

    private async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        file.Append(bytes);
        hash.AppendData(bytes.Span);
        await output.WriteAsync(bytes, cancellationToken);
    }
}
