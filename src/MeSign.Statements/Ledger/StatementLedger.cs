using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Ledger;

/// <summary>
/// The state of every statement, in Azure Tables: one row a statement (partition = batch), and an index by recipient.
/// Every write is conditional, so that of two workers on one statement one wins and the other learns of it.
/// </summary>
public sealed class StatementLedger
{
    private const int Parallelism = 16;

    private readonly TableClient _statements;
    private readonly TableClient _recipients;
    private readonly StatementRows _rows;
    private readonly MessageIndex _messages;
    private readonly DocumentIndex _documents;
    private readonly RecipientHasher _hasher;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;

    internal StatementLedger(TableServiceClient tables, LedgerOptions options, TimeProvider time)
    {
        _statements = tables.GetTableClient(StorageNames.Ledger);
        var chain = HistoryChain.Of(options);
        _rows = new StatementRows(_statements, chain, new BatchLanes(_statements, chain));
        _recipients = tables.GetTableClient(StorageNames.LedgerRecipients);
        _messages = new MessageIndex(_recipients);
        _documents = new DocumentIndex(tables);
        _hasher = new RecipientHasher(Convert.FromBase64String(options.RecipientKey));
        _options = options;
        _time = time;
    }

    /// <summary>
    /// Puts a job on record as Received, or finds what is on record under its key. A job with another SHA-256 under the
    /// same key changes nothing but is noted as a <see cref="JobConflict"/>; the caller reports it as
    /// <see cref="FailureCode.JobIdReused"/>.
    /// </summary>
    public async Task<Reception> ReceiveAsync(StatementReceipt receipt, CancellationToken cancellationToken)
    {
        // A batch's statements are on record before their jobs are sent: most are found here.
        var found = await FindAsync(receipt.Key, cancellationToken);
        if (found is not null && found.JobSha256 == receipt.JobSha256 && (found.State != StatementState.Received || found.Kind is not null))
            return new Reception(found, ReceptionOutcome.Repeated);

        var row = RowOf(receipt);
        if (found is null || found.JobSha256 != receipt.JobSha256)
            return await InsertAsync(row, cancellationToken);

        // Given up on before it was received, and retried: only now is it known what it is.
        await IndexAsync(row, cancellationToken);
        var read = row with { Received = found.Received, History = found.History, ETag = found.ETag };
        return new Reception(await _rows.ChangeAsync(found, read, note: null, cancellationToken), ReceptionOutcome.Repeated);
    }

    /// <summary>As <see cref="ReceiveAsync"/> for new jobs of one batch, at most 99, in one transaction.</summary>
    /// <returns>False where one of them is on record already, or two have one id: then none was put on record.</returns>
    public async Task<bool> TryReceiveAsync(IReadOnlyList<StatementReceipt> receipts, CancellationToken cancellationToken)
    {
        if (receipts.DistinctBy(receipt => receipt.Key).Count() != receipts.Count)
            return false;

        var rows = receipts.Select(RowOf).ToArray();
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (row, cancelled) => await IndexAsync(row, cancelled));
        return await _rows.TryInsertAsync(rows, cancellationToken);
    }

    /// <summary>Puts a job on record directly in its end state; as <see cref="ReceiveAsync"/> where its key is taken.</summary>
    public async Task<Reception> RecordEndedAsync(EndedReceipt receipt, CancellationToken cancellationToken)
    {
        if (receipt.State is not (StatementState.Failed or StatementState.Abandoned))
            throw new ArgumentException($"a job that was never received ends as Failed or Abandoned, not as {receipt.State}", nameof(receipt));

        var now = _time.GetUtcNow();
        var row = new LedgerRow
        {
            Batch = receipt.Key.Batch,
            Job = receipt.Key.Job,
            Issuer = receipt.Issuer,
            State = receipt.State,
            Code = receipt.Code,
            Detail = receipt.Detail,
            JobSha256 = receipt.JobSha256,
            DocumentBlob = receipt.DocumentBlob,
            Received = now,
            Updated = now,
        };
        if (receipt.RecipientAddress is { } address)
            row = For(address, row);
        return await InsertAsync(row, cancellationToken);
    }

    public Task<LedgerRow?> FindAsync(StatementKey key, CancellationToken cancellationToken) => _rows.FindAsync(key, cancellationToken);

    /// <summary>The statement that a report is about, if any of its references names one that was sealed.</summary>
    public async Task<LedgerRow?> FindByMessageAsync(IEnumerable<string> references, CancellationToken cancellationToken) =>
        await _messages.FindAsync(references, cancellationToken) is { } key ? await FindAsync(key, cancellationToken) : null;

    /// <summary>
    /// Moves a statement on. <paramref name="row"/> is the row as it was read, with the changes that go with the move; its
    /// State must be the one that was read. The lease is kept only in Submitting, the next attempt only in Held and
    /// Deferred, the code only in Failed; an end has not been reported yet.
    /// </summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    /// <exception cref="InvalidOperationException">There is no such move.</exception>
    public Task<LedgerRow> MoveAsync(LedgerRow row, StatementState to, CancellationToken cancellationToken) => MoveAsync(row, to, note: null, cancellationToken);

    /// <param name="note">Who decided it, where that was a person; kept in the history.</param>
    /// <inheritdoc cref="MoveAsync(LedgerRow, StatementState, CancellationToken)"/>
    public async Task<LedgerRow> MoveAsync(LedgerRow row, StatementState to, string? note, CancellationToken cancellationToken)
    {
        if (!StateTransitions.IsLegal(row.State, to))
            throw new InvalidOperationException($"{row.Key}: a statement does not go from {row.State} to {to}");
        if (to == StatementState.Submitting && row.LeaseUntil is null)
            throw new InvalidOperationException($"{row.Key}: Submitting needs a lease");

        // As with recipients, the index first.
        if (to == StatementState.Sealed)
            await _messages.AddAsync(row, cancellationToken);

        return await _rows.ChangeAsync(
            row,
            row with
            {
                State = to,
                HasMessage = row.HasMessage || to == StatementState.Sealed,
                Code = to is StatementState.Failed ? row.Code : null,
                LeaseUntil = to is StatementState.Submitting ? row.LeaseUntil : null,
                Body = to is StatementState.Received ? row.Body : null,
                NextAttempt = to is StatementState.Held or StatementState.Deferred ? row.NextAttempt : null,
                Reported = false,
                Updated = _time.GetUtcNow(),
            },
            note,
            cancellationToken);
    }

    /// <summary>Writes changes that are no move, such as <see cref="LedgerRow.Reported"/>.</summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    public Task<LedgerRow> AmendAsync(LedgerRow row, CancellationToken cancellationToken) => _rows.AmendAsync(row, cancellationToken);

    /// <summary>All statements of a batch, by job.</summary>
    public IAsyncEnumerable<LedgerRow> ByBatchAsync(string batch, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {batch}"), cancellationToken);

    /// <summary>All statements in a state, over all batches.</summary>
    public IAsyncEnumerable<LedgerRow> ByStateAsync(StatementState state, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($"State eq {state.ToString()}"), cancellationToken);

    /// <summary>Puts on record what people did with a statement without moving it.</summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    public Task<LedgerRow> AnnotateAsync(LedgerRow row, string note, CancellationToken cancellationToken) =>
        _rows.ChangeAsync(row, row with { Updated = _time.GetUtcNow() }, note, cancellationToken);

    /// <summary>All statements to an address, however it is spelled; in the order of batch and job.</summary>
    public async IAsyncEnumerable<LedgerRow> ByRecipientAsync(string address, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hash = _hasher.Hash(address);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {hash}");
        await foreach (var entry in _recipients.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            // An entry may lead to another's row: its job came second under an id that was taken.
            if (await FindAsync(LedgerRowEntity.KeyOf(entry), cancellationToken) is { } row && row.RecipientHash == hash)
                yield return row;
        }
    }

    /// <summary>Jobs that came under an id that was taken; each other SHA-256 counts once, however often it arrives.</summary>
    public async IAsyncEnumerable<JobConflict> ConflictsAsync(StatementKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, before) = LedgerRowEntity.ConflictRange(key);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {key.Batch} and RowKey ge {from} and RowKey lt {before}");
        await foreach (var entity in _statements.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            yield return LedgerRowEntity.ReadConflict(entity);
    }

    private LedgerRow RowOf(StatementReceipt receipt)
    {
        var now = _time.GetUtcNow();
        return For(receipt.RecipientAddress, new LedgerRow
        {
            Batch = receipt.Key.Batch,
            Job = receipt.Key.Job,
            Issuer = receipt.Issuer,
            Kind = receipt.Kind,
            State = StatementState.Received,
            JobSha256 = receipt.JobSha256,
            DocumentSha256 = receipt.DocumentSha256,
            DocumentBlob = receipt.DocumentBlob,
            Expires = receipt.Expires,
            Body = receipt.Body,
            Received = now,
            Updated = now,
        });
    }

    private LedgerRow For(string address, LedgerRow row)
    {
        var (hash, salt) = (_hasher.Hash(address), RandomNumberGenerator.GetHexString(32, lowercase: true));
        return row with
        {
            RecipientHash = hash,
            RecipientAddress = _options.StoreAddresses ? address : null,
            PersonSalt = salt,
            Person = HistoryChain.PersonOf(salt, hash),
        };
    }

    private async Task<Reception> InsertAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        await IndexAsync(row, cancellationToken);
        var reception = await _rows.InsertAsync(row, cancellationToken);
        // The row under its key names another document, or none any more: nobody would remove this entry, which keeps the document.
        if (row.DocumentBlob is { } blob && reception.Row.DocumentBlob != blob)
            await _documents.RemoveAsync(blob, row.Key, cancellationToken);
        return reception;
    }

    // The indexes first: dead between the two, an entry without a row is harmless, a row without an entry is lost to
    // whoever asks for (or wants to erase) everything of one recipient.
    private Task IndexAsync(LedgerRow row, CancellationToken cancellationToken) => Task.WhenAll(
        row.RecipientHash is { } hash ? _recipients.UpsertEntityAsync(LedgerRowEntity.IndexOf(row.Key, hash), TableUpdateMode.Replace, cancellationToken) : Task.CompletedTask,
        row.DocumentBlob is { } blob ? _documents.AddAsync(blob, row.Key, cancellationToken) : Task.CompletedTask);

    private async IAsyncEnumerable<LedgerRow> QueryAsync(string filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in _statements.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            if (LedgerRowEntity.IsRow(entity))
                yield return LedgerRowEntity.Read(entity);
        }
    }
}
