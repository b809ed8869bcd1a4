using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Ledger;

/// <summary>The batches that came as manifests: how far each is expanded, and whether the bank was told that it is done.</summary>
public sealed class BatchRegister
{
    private const string Row = "batch";
    private const int MaxTries = 50;

    private readonly TableClient _batches;
    private readonly TableClient _statements;
    private readonly TimeProvider _time;

    internal BatchRegister(TableServiceClient tables, TimeProvider time)
    {
        _time = time;
        _batches = tables.GetTableClient(StorageNames.LedgerBatches);
        _statements = tables.GetTableClient(StorageNames.Ledger);
    }

    /// <summary>Puts a manifest on record before its first line is expanded. One that is on record is left as it is.</summary>
    public Task BeginAsync(string batch, string place, BatchPart part, CancellationToken cancellationToken) =>
        ChangeAsync(batch, record => record.Parts.ContainsKey(place) ? record : With(record, place, part) with { Completed = null, ClaimedUntil = null, Ordered = _time.GetUtcNow() }, cancellationToken);

    /// <summary>Every line of the manifest is on record.</summary>
    public Task FinishAsync(string batch, string place, BatchPart part, CancellationToken cancellationToken) =>
        ChangeAsync(batch, record => record.Parts.GetValueOrDefault(place)?.Lines is not null ? record : With(record, place, part), cancellationToken);

    public async Task<BatchRecord?> FindAsync(string batch, CancellationToken cancellationToken)
    {
        var found = await _batches.GetEntityIfExistsAsync<TableEntity>(batch, Row, cancellationToken: cancellationToken);
        return found.HasValue ? Read(found.Value!) : null;
    }

    /// <summary>Batches that are not completed.</summary>
    public IAsyncEnumerable<BatchRecord> OpenAsync(CancellationToken cancellationToken) =>
        _batches.QueryAsync<TableEntity>("Open eq true", cancellationToken: cancellationToken).Select(Read);

    public IAsyncEnumerable<BatchRecord> AllAsync(CancellationToken cancellationToken) =>
        _batches.QueryAsync<TableEntity>($"RowKey eq '{Row}'", cancellationToken: cancellationToken).Select(Read);

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

    private async Task ChangeAsync(string batch, Func<BatchRecord, BatchRecord> change, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var found = await FindAsync(batch, cancellationToken);
            var now = found ?? new BatchRecord { Batch = batch };
            var changed = change(now);
            if (ReferenceEquals(changed, now) || (found is null ? await TryAddAsync(changed, cancellationToken) : await TryUpdateAsync(changed, cancellationToken) is not null))
                return;
        }

        throw new InvalidOperationException($"batch {batch}: its record changes faster than it can be written");
    }

    private async Task<bool> TryAddAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await _batches.AddEntityAsync(Write(record), cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            return false;
        }
    }

    private static BatchRecord With(BatchRecord record, string place, BatchPart part) =>
        record with { Parts = new Dictionary<string, BatchPart>(record.Parts, StringComparer.Ordinal) { [place] = part } };

    private static TableEntity Write(BatchRecord record) => new(record.Batch, Row)
    {
        ["Open"] = record.Completed is null,
        [nameof(record.Parts)] = JsonSerializer.Serialize(record.Parts, LedgerJson.Default.IReadOnlyDictionaryStringBatchPart),
        [nameof(record.Completed)] = record.Completed,
        [nameof(record.ClaimedUntil)] = record.ClaimedUntil,
        [nameof(record.Ordered)] = record.Ordered,
    };

    private static BatchRecord Read(TableEntity entity) => new()
    {
        Batch = entity.PartitionKey,
        Parts = JsonSerializer.Deserialize(entity.GetString(nameof(BatchRecord.Parts)), LedgerJson.Default.IReadOnlyDictionaryStringBatchPart)!,
        Completed = entity.GetDateTimeOffset(nameof(BatchRecord.Completed)),
        ClaimedUntil = entity.GetDateTimeOffset(nameof(BatchRecord.ClaimedUntil)),
        Ordered = entity.GetDateTimeOffset(nameof(BatchRecord.Ordered)) ?? default,
        ETag = entity.ETag,
    };
}
