using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Ledger;

/// <summary>The batches that came as manifests: how far each is expanded, and whether the bank was told that it is done.</summary>
/// <remarks>
/// A partition a batch, with a row of its own and one for each manifest. A manifest is written in one transaction with the batch's row,
/// and that row is read before the manifests: its ETag is that of all of them, and no batch is completed without one that came meanwhile.
/// </remarks>
public sealed class BatchRegister
{
    private const string Row = "batch";
    private const string Scan = "open-batches";
    private const int MaxTries = 50;

    /// <summary>The most that the service puts in one answer.</summary>
    private const int LargestPage = 1000;

    private readonly TableClient _batches;
    private readonly TableClient _statements;
    private readonly ScanPositions _positions;
    private readonly TimeProvider _time;

    internal BatchRegister(TableServiceClient tables, TimeProvider time)
    {
        _time = time;
        _batches = tables.GetTableClient(StorageNames.LedgerBatches);
        _statements = tables.GetTableClient(StorageNames.Ledger);
        _positions = new ScanPositions(tables);
    }

    /// <summary>Puts a manifest on record before its first line is expanded. One that is on record is left as it is, unless it failed.</summary>
    public Task BeginAsync(string batch, string place, BatchPart part, CancellationToken cancellationToken) => PutAsync(batch, place, part, cancellationToken);

    /// <summary>Every line of the manifest is on record.</summary>
    public Task FinishAsync(string batch, string place, BatchPart part, CancellationToken cancellationToken) => PutAsync(batch, place, part, cancellationToken);

    public async Task<BatchRecord?> FindAsync(string batch, CancellationToken cancellationToken) =>
        await EntityAsync(batch, Row, cancellationToken) is { } entity ? await WithPartsAsync(entity, cancellationToken) : null;

    public async Task<BatchPart?> FindPartAsync(string batch, string place, CancellationToken cancellationToken) =>
        await EntityAsync(batch, place, cancellationToken) is { } entity ? ReadPart(entity) : null;

    /// <summary>The next batches that are not completed; the call after that goes on behind them, and after the last with the first.</summary>
    /// <param name="most">How many of them.</param>
    /// <remarks>Where the caller gives up half-way, the next call reads the same ones again.</remarks>
    public async IAsyncEnumerable<BatchRecord> NextOpenAsync(int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var begin = await _positions.FindAsync(Scan, cancellationToken);
        var (token, pages, found, size) = (begin, 0, 0, Math.Min(most, LargestPage));
        await foreach (var page in _batches.QueryAsync<TableEntity>("Open eq true", size, cancellationToken: cancellationToken).AsPages(begin))
        {
            foreach (var entity in page.Values)
                yield return await WithPartsAsync(entity, cancellationToken);

            token = page.ContinuationToken;
            found += page.Values.Count;
            if (++pages == LedgerScan.PagesPerRun || found + size > most)
                break;
        }

        if (begin is not null || token is not null)
            await _positions.SaveAsync(Scan, token, cancellationToken);
    }

    public IAsyncEnumerable<BatchRecord> AllAsync(CancellationToken cancellationToken) =>
        _batches.QueryAsync<TableEntity>(cancellationToken: cancellationToken)
            .GroupBy(entity => entity.PartitionKey)
            .Where(batch => batch.Any(entity => entity.RowKey == Row))
            .Select(batch => Read(batch.Single(entity => entity.RowKey == Row), batch.Where(entity => entity.RowKey != Row)));

    /// <summary>
    /// Whether a batch has statements that were received, or were to be tried again, before an instant and have not moved since. Those that
    /// wait for their next attempt are not lost. It gives up after so many requests as <see cref="LedgerScan"/> does, and says yes then.
    /// </summary>
    public async Task<bool> HasLostJobsAsync(string batch, DateTimeOffset overdue, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {batch} and State eq {nameof(StatementState.Received)} and Updated lt {overdue}");
        var pages = 0;
        await foreach (var page in _statements.QueryAsync<TableEntity>(filter, select: [nameof(LedgerRow.NextAttempt)], cancellationToken: cancellationToken).AsPages())
        {
            if (page.Values.Any(row => row.GetDateTimeOffset(nameof(LedgerRow.NextAttempt)) is not { } next || next < overdue))
                return true;
            if (++pages == LedgerScan.PagesPerRun)
                return page.ContinuationToken is not null;
        }

        return false;
    }

    /// <summary>How many statements of a batch came and how they ended, without looking at each.</summary>
    public async Task<BatchTotals> TotalsAsync(string batch, CancellationToken cancellationToken)
    {
        var lanes = await BatchLane.ReadAllAsync(_statements, batch, cancellationToken);
        return new BatchTotals(
            lanes.Sum(lane => lane.Received),
            lanes.SelectMany(lane => lane.Ended).GroupBy(count => count.Key, (state, counts) => (state, counts.Sum(count => count.Value)))
                .Where(count => count.Item2 != 0)
                .ToDictionary(count => count.state, count => count.Item2),
            BatchLane.HeadOf(lanes));
    }

    /// <returns>The record as it is now; null where somebody else was quicker.</returns>
    public async Task<BatchRecord?> TryUpdateAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _batches.UpdateEntityAsync(Write(record), record.ETag, TableUpdateMode.Replace, cancellationToken);
            return record with { ETag = response.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 412)
        {
            return null;
        }
    }

    private async Task PutAsync(string batch, string place, BatchPart part, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var entity = await EntityAsync(batch, Row, cancellationToken);
            var known = await FindPartAsync(batch, place, cancellationToken);
            var opens = known is null || (known.Failed && part.Lines is null);
            if (!opens && (known!.Lines is not null || part.Lines is null))
                return;

            var record = entity is null ? new BatchRecord { Batch = batch } : Read(entity, []);
            if (opens)
                record = record with { Completed = null, ClaimedUntil = null, Ordered = _time.GetUtcNow() };
            try
            {
                await _batches.SubmitTransactionAsync(
                    [
                        entity is null ? new(TableTransactionActionType.Add, Write(record)) : new(TableTransactionActionType.UpdateReplace, Write(record), record.ETag),
                        new(TableTransactionActionType.UpsertReplace, Write(batch, place, part)),
                    ],
                    cancellationToken);
                return;
            }
            catch (TableTransactionFailedException lost) when (lost.Status is 409 or 412)
            {
                // Somebody else was quicker, or it was this very write and its answer was lost.
            }
        }

        throw new InvalidOperationException($"batch {batch}: its record changes faster than it can be written");
    }

    private async Task<BatchRecord> WithPartsAsync(TableEntity entity, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {entity.PartitionKey} and RowKey ne {Row}");
        return Read(entity, await _batches.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).ToListAsync(cancellationToken));
    }

    private async Task<TableEntity?> EntityAsync(string batch, string row, CancellationToken cancellationToken)
    {
        var found = await _batches.GetEntityIfExistsAsync<TableEntity>(batch, row, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    private static TableEntity Write(BatchRecord record) => new(record.Batch, Row)
    {
        ["Open"] = record.Completed is null,
        [nameof(record.Completed)] = record.Completed,
        [nameof(record.ClaimedUntil)] = record.ClaimedUntil,
        [nameof(record.Ordered)] = record.Ordered,
    };

    private static TableEntity Write(string batch, string place, BatchPart part) => new(batch, place)
    {
        [nameof(part.Manifest)] = part.Manifest,
        [nameof(part.Mapping)] = part.Mapping,
        [nameof(part.Lines)] = part.Lines,
        [nameof(part.Failed)] = part.Failed,
    };

    private static BatchRecord Read(TableEntity entity, IEnumerable<TableEntity> parts) => new()
    {
        Batch = entity.PartitionKey,
        Parts = parts.ToDictionary(part => part.RowKey, ReadPart, StringComparer.Ordinal),
        Completed = entity.GetDateTimeOffset(nameof(BatchRecord.Completed)),
        ClaimedUntil = entity.GetDateTimeOffset(nameof(BatchRecord.ClaimedUntil)),
        Ordered = entity.GetDateTimeOffset(nameof(BatchRecord.Ordered)) ?? default,
        ETag = entity.ETag,
    };

    private static BatchPart ReadPart(TableEntity entity) =>
        new(entity.GetString(nameof(BatchPart.Manifest)), entity.GetString(nameof(BatchPart.Mapping)), entity.GetInt64(nameof(BatchPart.Lines)), entity.GetBoolean(nameof(BatchPart.Failed)) ?? false);
}
