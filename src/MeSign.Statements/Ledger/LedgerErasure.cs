using Azure;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Ledger;

/// <summary>
/// Takes from rows what is not to be kept any longer, and leaves the proof: the state, the hashes and the chain, in which the
/// removal is one more entry.
/// </summary>
public sealed class LedgerErasure
{
    private readonly TableClient _recipients;
    private readonly DocumentIndex _documents;
    private readonly LedgerScan _scan;
    private readonly StatementRows _rows;
    private readonly TimeProvider _time;

    internal LedgerErasure(TableServiceClient tables, LedgerScan scan, DocumentIndex documents, LedgerOptions options, TimeProvider time)
    {
        _scan = scan;
        _documents = documents;
        var statements = tables.GetTableClient(StorageNames.Ledger);
        _recipients = tables.GetTableClient(StorageNames.LedgerRecipients);
        var chain = HistoryChain.Of(options);
        _rows = new StatementRows(statements, chain, new BatchLanes(statements, chain));
        _time = time;
    }

    /// <summary>Statements of an issuer that ended before an instant, and still have what is to go: the next of them, so many at most.</summary>
    public IAsyncEnumerable<LedgerRow> DueAsync(string issuer, DateTimeOffset before, Kept kept, int most, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"Issuer eq {issuer} and Updated lt {before} and Reported eq true") + kept switch
        {
            Kept.Document => " and DocumentBlob gt ''",
            Kept.Message => " and HasMessage eq true",
            _ => "",
        };
        return _scan.NextAsync($"{kept}-{issuer}", filter, most, cancellationToken).Where(row => row.State.IsEnd());
    }

    /// <summary>Whether a statement other than this one names the document and has not ended, or could be retried.</summary>
    public async Task<bool> IsNeededAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        await foreach (var key in _documents.FindAsync(row.DocumentBlob!, cancellationToken))
        {
            if (key != row.Key && await _rows.FindAsync(key, cancellationToken) is { } other && (!other.State.IsEnd() || other.State == StatementState.Abandoned))
                return true;
        }

        return false;
    }

    /// <summary>Notes that the document, or the sealed message, is gone; its hash stays.</summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    public Task<LedgerRow> ForgetAsync(LedgerRow row, Kept kept, CancellationToken cancellationToken) => _rows.AmendAsync(
        kept == Kept.Document ? row with { DocumentBlob = null } : row with { HasMessage = false }, cancellationToken);

    /// <summary>Drops whom the statement was for, and with <paramref name="everything"/> all but the state and the hashes.</summary>
    /// <param name="note">Who decided it, or by which rule.</param>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public async Task EraseAsync(LedgerRow row, bool everything, string note, CancellationToken cancellationToken)
    {
        if (!row.State.IsEnd())
            throw new InvalidOperationException($"{row.Key} is {row.State}: what has not ended is not erased");

        var anonymous = row with
        {
            RecipientHash = null,
            RecipientAddress = null,
            PersonSalt = null,
            EncryptedTo = [],
            RejectedCertificates = null,
            DocumentBlob = null,
            HasMessage = false,
            Updated = _time.GetUtcNow(),
        };
        await _rows.ChangeAsync(row, everything ? anonymous with { Issuer = null, Kind = null, Detail = null, MessageId = null, RelayReply = null } : anonymous, note, cancellationToken);

        // The index last: dead before it, the entry still leads to the row, and erasing again removes it.
        if (row.RecipientHash is { } hash)
            await RemoveIndexAsync(LedgerRowEntity.IndexOf(row.Key, hash), cancellationToken);
        if (everything && MessageIndex.NameOf(row) is { } name)
            await RemoveIndexAsync(LedgerRowEntity.IndexOf(row.Key, name), cancellationToken);
        if (row.DocumentBlob is { } blob)
            await _documents.RemoveAsync(blob, row.Key, cancellationToken);
    }

    private async Task RemoveIndexAsync(TableEntity entry, CancellationToken cancellationToken) =>
        await _recipients.DeleteEntityAsync(entry.PartitionKey, entry.RowKey, ETag.All, cancellationToken);
}

/// <summary>What is kept of a statement besides its hashes.</summary>
public enum Kept
{
    Document,
    Message,
    Row,
}
