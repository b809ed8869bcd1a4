using Azure;
using Azure.Data.Tables;

namespace MeSign.Statements.Ledger;

/// <summary>Writes rows, each with its history, so that of two writers of one row one wins and the other learns of it.</summary>
internal sealed class StatementRows(TableClient table, HistoryChain chain, BatchLanes lanes)
{
    public async Task<LedgerRow?> FindAsync(StatementKey key, CancellationToken cancellationToken) =>
        await EntityAsync(key, cancellationToken) is { } entity ? LedgerRowEntity.Read(entity) : null;

    public async Task<Reception> InsertAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        Reception? found = null;
        var written = await lanes.WriteAsync(
            [new RowChange(row, From: null)],
            async stamps => (found = await ReadExistingAsync(row, stamps[0], cancellationToken)) is not null,
            cancellationToken);
        if (written is not null)
            return new Reception(written[0], ReceptionOutcome.New);
        if (found!.Outcome == ReceptionOutcome.Conflicting)
            await NoteConflictAsync(LedgerRowEntity.ConflictOf(row), cancellationToken);
        return found;
    }

    /// <summary>New rows of one batch, all or none.</summary>
    /// <returns>False where one of them is on record already.</returns>
    public async Task<bool> TryInsertAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken)
    {
        var exists = false;
        await lanes.WriteAsync(
            [.. rows.Select(row => new RowChange(row, From: null))],
            async _ =>
            {
                foreach (var row in rows)
                {
                    if (await EntityAsync(row.Key, cancellationToken) is not null)
                        return exists = true;
                }

                return false;
            },
            cancellationToken);
        return !exists;
    }

    /// <summary>Writes a change that belongs on record.</summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    public async Task<LedgerRow> ChangeAsync(LedgerRow read, LedgerRow written, string? note, CancellationToken cancellationToken)
    {
        RequireRead(read);
        // On the way the statement's own chain will do; what ended stays provable when its whole row is gone.
        if (!read.State.IsEnd() && !written.State.IsEnd())
            return await UpdateAsync(read, chain.Append(written, place: null, note), cancellationToken);

        LedgerRow? ours = null;
        var rows = await lanes.WriteAsync(
            [new RowChange(written, read.State, note)],
            async stamps =>
            {
                var now = await EntityAsync(read.Key, cancellationToken);
                if (now is not null && LedgerRowEntity.StampOf(now) == stamps[0])
                    ours = LedgerRowEntity.Read(now);
                else if (now is null || now.ETag != read.ETag)
                    throw new LedgerConflictException(read.Key, read.State, written.State);
                return ours is not null;
            },
            cancellationToken);
        return ours ?? rows![0];
    }

    /// <summary>Writes what the history does not cover.</summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    public Task<LedgerRow> AmendAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        RequireRead(row);
        return UpdateAsync(row, row, cancellationToken);
    }

    /// <summary>Linked into a lane as an end is, so that no refusal vanishes unseen, and counted as no statement: from one state to the same.</summary>
    private async Task NoteConflictAsync(LedgerRow conflict, CancellationToken cancellationToken) => await lanes.WriteAsync(
        [new RowChange(conflict, From: conflict.State)],
        async _ => (await table.GetEntityIfExistsAsync<TableEntity>(conflict.Batch, conflict.Job, cancellationToken: cancellationToken)).HasValue,
        cancellationToken);

    private static void RequireRead(LedgerRow row)
    {
        if (row.ETag == default)
            throw new InvalidOperationException($"{row.Key}: the row was not read from the ledger");
    }

    /// <returns>Null where the key is free.</returns>
    private async Task<Reception?> ReadExistingAsync(LedgerRow row, string stamp, CancellationToken cancellationToken)
    {
        if (await EntityAsync(row.Key, cancellationToken) is not { } entity)
            return null;

        var found = LedgerRowEntity.Read(entity);
        // The client repeats a request whose answer was lost on the way; the repetition then meets our own row.
        return new Reception(found, LedgerRowEntity.StampOf(entity) == stamp ? ReceptionOutcome.New
            : found.JobSha256 == row.JobSha256 ? ReceptionOutcome.Repeated
            : ReceptionOutcome.Conflicting);
    }

    private async Task<LedgerRow> UpdateAsync(LedgerRow read, LedgerRow written, CancellationToken cancellationToken)
    {
        var entity = LedgerRowEntity.Write(written, out var stamp);
        try
        {
            var response = await table.UpdateEntityAsync(entity, read.ETag, TableUpdateMode.Replace, cancellationToken);
            return written with { ETag = response.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status is 412 or 404)
        {
            var now = await EntityAsync(read.Key, cancellationToken);
            if (now is not null && LedgerRowEntity.StampOf(now) == stamp)
                return written with { ETag = now.ETag };

            throw new LedgerConflictException(read.Key, read.State, written.State);
        }
    }

    private async Task<TableEntity?> EntityAsync(StatementKey key, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(key.Batch, key.Job, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }
}
