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

    /// <summary>Takes a statement, from which nothing can be made any more, off those that name its document.</summary>
    /// <returns>Whether it was the last of them.</returns>
    public async Task<bool> ReleaseDocumentAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        await _documents.RemoveAsync(row.DocumentBlob!, row.Key, cancellationToken);
        await foreach (var key in _documents.FindAsync(row.DocumentBlob!, cancellationToken))
        {
            // The index is written before the row; one whose row names another document came under an id that was taken.
            if (await _rows.FindAsync(key, cancellationToken) is not { } other || other.DocumentBlob == row.DocumentBlob)
                return false;
        }

        return true;
    }

    /// <summary>Notes that the document, or the sealed message, is gone; its hash stays.</summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    public Task<LedgerRow> ForgetAsync(LedgerRow row, Kept kept, CancellationToken cancellationToken) =>
        _rows.AmendAsync(kept == Kept.Document ? row with { DocumentBlob = null } : row with { HasMessage = false }, cancellationToken);

    /// <summary>
    /// Drops whom the statement was for, and with <paramref name="everything"/> all but the state and the hashes. Where a person is
    /// erased, <see cref="ForgetRecipientAsync"/> follows.
    /// </summary>
    /// <param name="row">Nothing of it can be sent any more; what a bounce still changes meanwhile is erased with it.</param>
    /// <param name="note">Who decided it, or by which rule.</param>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public async Task EraseAsync(LedgerRow row, bool everything, string note, CancellationToken cancellationToken)
    {
        // By age it is found by its row, which so goes last: dead before that, the next sweep does it all again.
        if (everything && row.RecipientHash is { } hash)
            await RemoveIndexAsync(row.Key, hash, cancellationToken);
        if (everything && MessageIndex.NameOf(row) is { } name)
            await RemoveIndexAsync(row.Key, name, cancellationToken);

        for (LedgerRow? now = row; now is { RecipientHash: not null } || (everything && now is { Issuer: not null }); now = await _rows.FindAsync(row.Key, cancellationToken))
        {
            if (!now.State.IsEnd())
                throw new InvalidOperationException($"{now.Key} is {now.State}: what has not ended is not erased");
            try
            {
                await _rows.ChangeAsync(now, Anonymous(now, everything), note, cancellationToken);
                return;
            }
            catch (LedgerConflictException)
            {
                // A bounce, or another sweep.
            }
        }
    }

    /// <summary>
    /// Removes a recipient from the index where it leads to nothing of theirs any more: to what is erased, or to another's statement
    /// whose id their job had. Dead before it, whoever erases them again comes to it again.
    /// </summary>
    /// <param name="hash">The recipient, as on rows.</param>
    public async Task ForgetRecipientAsync(string hash, CancellationToken cancellationToken)
    {
        await foreach (var entry in _recipients.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {hash}"), cancellationToken: cancellationToken))
        {
            // One without a row is of a job that is just being received.
            var key = LedgerRowEntity.KeyOf(entry);
            if (await _rows.FindAsync(key, cancellationToken) is { } row && row.State.IsEnd() && row.RecipientHash != hash)
                await RemoveIndexAsync(key, hash, cancellationToken);
        }
    }

    private LedgerRow Anonymous(LedgerRow row, bool everything)
    {
        var anonymous = row with
        {
            RecipientHash = null,
            RecipientAddress = null,
            PersonSalt = null,
            // It may quote the document's name, into which banks put people's.
            Detail = null,
            EncryptedTo = [],
            RejectedCertificates = null,
            DocumentBlob = null,
            HasMessage = false,
            Updated = _time.GetUtcNow(),
        };
        return everything ? anonymous with { Issuer = null, Kind = null, MessageId = null, RelayReply = null } : anonymous;
    }

    private async Task RemoveIndexAsync(StatementKey key, string name, CancellationToken cancellationToken)
    {
        var entry = LedgerRowEntity.IndexOf(key, name);
        await _recipients.DeleteEntityAsync(entry.PartitionKey, entry.RowKey, ETag.All, cancellationToken);
    }
}

/// <summary>What is kept of a statement besides its hashes.</summary>
public enum Kept
{
    Document,
    Message,
    Row,
}
