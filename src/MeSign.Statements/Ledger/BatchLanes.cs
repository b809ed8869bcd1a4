using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;

namespace MeSign.Statements.Ledger;

/// <summary>
/// The lanes of a batch: sixteen hash chains side by side, each with its own head, in the batch's partition. A row and the
/// lane that its change is linked into are one transaction of the table service, so that neither is ever without the other.
/// </summary>
/// <remarks>
/// Why sixteen: a write takes 5 to 20 ms, so that one lane takes 50 to 200 a second and sixteen take more than the 2,000 entities
/// a second that a partition does at all; a writer picks one at random, so that two of them seldom meet. What they count
/// makes a batch's totals sixteen reads, however many statements it has.
/// </remarks>
internal sealed class BatchLanes(TableClient table, HistoryChain chain)
{
    public const int Count = 16;

    /// <summary>Writers that met this often on one lane have another trouble than each other.</summary>
    private const int MaxTries = 50;

    /// <summary>Lanes remembered, each some 300 bytes; all are forgotten when there are more.</summary>
    private const int MaxKnown = 20_000;

    private readonly ConcurrentDictionary<(string Batch, int Lane), Known> _known = new();

    /// <summary>Writes rows of one batch together with the lane that they are linked into.</summary>
    /// <param name="changes">At most 99: a transaction has 100 parts.</param>
    /// <param name="judge">Asked when the service refused: true where the rows are written or cannot be, false to try again with another lane.</param>
    /// <returns>The rows as written; null where <paramref name="judge"/> ended it.</returns>
    public async Task<IReadOnlyList<LedgerRow>?> WriteAsync(
        IReadOnlyList<RowChange> changes, Func<IReadOnlyList<string>, Task<bool>> judge, CancellationToken cancellationToken)
    {
        var batch = changes[0].Row.Batch;
        if (_known.Count > MaxKnown)
            _known.Clear();

        for (var tries = 0; ; tries++)
        {
            var number = RandomNumberGenerator.GetInt32(Count);
            var known = _known.GetOrAdd((batch, number), _ => new Known());
            await known.Gate.WaitAsync(cancellationToken);
            try
            {
                var lane = known.Lane ?? await FindAsync(batch, number, cancellationToken);
                known.Lane = null;
                var (rows, next) = Link(changes, lane);
                var (actions, stamps) = Actions(batch, changes, rows, next);
                try
                {
                    var answers = (await table.SubmitTransactionAsync(actions, cancellationToken)).Value;
                    known.Lane = next with { ETag = answers[^1].Headers.ETag!.Value };
                    return [.. rows.Zip(answers, (row, answer) => row with { ETag = answer.Headers.ETag!.Value })];
                }
                catch (TableTransactionFailedException refused) when (refused.Status is 404 or 409 or 412)
                {
                    // A row that is not as it was read, the lane that another writer was quicker on, or our own write whose answer was lost.
                    if (await judge(stamps))
                        return null;
                    if (tries >= MaxTries)
                        throw;
                }
            }
            finally
            {
                known.Gate.Release();
            }
        }
    }

    private async Task<BatchLane> FindAsync(string batch, int number, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(batch, BatchLane.RowKey(number), cancellationToken: cancellationToken);
        return found.HasValue ? BatchLane.Read(found.Value!) : BatchLane.Empty(number);
    }

    private (IReadOnlyList<LedgerRow> Rows, BatchLane Next) Link(IReadOnlyList<RowChange> changes, BatchLane lane)
    {
        var rows = new List<LedgerRow>(changes.Count);
        foreach (var change in changes)
        {
            var row = chain.Append(change.Row, new LanePosition(lane.Number, lane.Position + 1), change.Note);
            lane = lane.With(chain.Head(lane.Head, row.History[^1].Hash), change.From, row.State);
            rows.Add(row);
        }

        return (rows, lane);
    }

    private static (List<TableTransactionAction> Actions, List<string> Stamps) Actions(
        string batch, IReadOnlyList<RowChange> changes, IReadOnlyList<LedgerRow> rows, BatchLane lane)
    {
        var (actions, stamps) = (new List<TableTransactionAction>(), new List<string>());
        foreach (var (change, row) in changes.Zip(rows))
        {
            actions.Add(Action(LedgerRowEntity.Write(row, out var stamp), change.Row.ETag));
            stamps.Add(stamp);
        }

        actions.Add(Action(lane.Write(batch), lane.ETag));
        return (actions, stamps);
    }

    private static TableTransactionAction Action(TableEntity entity, ETag read) => read == default
        ? new TableTransactionAction(TableTransactionActionType.Add, entity)
        : new TableTransactionAction(TableTransactionActionType.UpdateReplace, entity, read);

    /// <summary>A lane as this process left it; one of its writers at a time.</summary>
    private sealed class Known
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public BatchLane? Lane { get; set; }
    }
}

/// <param name="Row">The row to write; one with an ETag replaces the row that has it.</param>
/// <param name="From">The state that it leaves; null where it is new.</param>
/// <param name="Note">Who decided it, where that was a person.</param>
internal sealed record RowChange(LedgerRow Row, StatementState? From, string? Note = null);
