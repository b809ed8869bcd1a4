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
    private readonly TableClient _statements;
    private readonly TableClient _recipients;
    private readonly StatementRows _rows;
    private readonly TimeProvider _time;

    internal LedgerErasure(TableServiceClient tables, LedgerOptions options, TimeProvider time)
    {
        _statements = tables.GetTableClient(StorageNames.Ledger);
        _recipients = tables.GetTableClient(StorageNames.LedgerRecipients);
        var chain = HistoryChain.Of(options);
        _rows = new StatementRows(_statements, chain, new BatchLanes(_statements, chain));
        _time = time;
    }

    /// <summary>Statements of an issuer that ended before an instant, and still have what is to go.</summary>
    public async IAsyncEnumerable<LedgerRow> DueAsync(
        string issuer, DateTimeOffset before, Kept kept, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"Issuer eq {issuer} and Updated lt {before} and Reported eq true") + kept switch
        {
            Kept.Document => " and DocumentBlob gt ''",
            Kept.Message => " and HasMessage eq true",
            _ => "",
        };
        await foreach (var entity in _statements.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            if (LedgerRowEntity.IsRow(entity) && LedgerRowEntity.Read(entity) is var row && row.State.IsEnd())
                yield return row;
        }
    }

    /// <summary>Whether a statement other than this one names the document and has not ended, or could be retried.</summary>
    public ValueTask<bool> IsNeededAsync(LedgerRow row, CancellationToken cancellationToken) => _statements
        .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"DocumentBlob eq {row.DocumentBlob}"), cancellationToken: cancellationToken)
        .Where(entity => LedgerRowEntity.IsRow(entity) && (entity.PartitionKey != row.Batch || entity.RowKey != row.Job))
        .AnyAsync(entity => LedgerRowEntity.StateOf(entity) is var state && (!state.IsEnd() || state == StatementState.Abandoned), cancellationToken);

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
            await RemoveIndexAsync(LedgerRowEntity.IndexOf(row, hash), cancellationToken);
        if (everything && MessageIndex.NameOf(row) is { } name)
            await RemoveIndexAsync(LedgerRowEntity.IndexOf(row, name), cancellationToken);
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
