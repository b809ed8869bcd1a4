using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;

namespace MeSign.Statements.Ledger;

/// <summary>One of a batch's parallel chains as it stands: how far it goes, and what it counted on the way.</summary>
/// <param name="Number">Which of them.</param>
/// <param name="Position">Entries on it.</param>
/// <param name="Head">Hash of the last.</param>
/// <param name="Received">Statements put on record in it.</param>
/// <param name="Ended">Changes of the number of statements in each end state; negative where more left than came. Only the sum over the lanes says something.</param>
internal sealed record BatchLane(int Number, long Position, string Head, int Received, IReadOnlyDictionary<StatementState, int> Ended, ETag ETag)
{
    private const string Prefix = "|lane|";
    private const string After = "|lane}";

    public static BatchLane Empty(int number) => new(number, 0, HistoryChain.Root, 0, new Dictionary<StatementState, int>(), default);

    public static string RowKey(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:00}");

    public static ValueTask<List<BatchLane>> ReadAllAsync(TableClient table, string batch, CancellationToken cancellationToken) => table
        .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {batch} and RowKey ge {Prefix} and RowKey lt {After}"), cancellationToken: cancellationToken)
        .Select(Read)
        .ToListAsync(cancellationToken);

    /// <summary>One hash for the whole batch as its lanes stand, 64 lower-case hex digits.</summary>
    public static string HeadOf(IEnumerable<BatchLane> lanes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(
        string.Join(' ', lanes.OrderBy(lane => lane.Number).Select(lane => string.Create(CultureInfo.InvariantCulture, $"{lane.Number}:{lane.Position}:{lane.Head}"))))));

    /// <summary>The lane with one more entry on it: a statement that went <paramref name="from"/> one state to another; new where it came from none.</summary>
    public BatchLane With(string head, StatementState? from, StatementState to)
    {
        var ended = new Dictionary<StatementState, int>(Ended);
        if (from is { } left && left.IsEnd())
            ended[left] = ended.GetValueOrDefault(left) - 1;
        if (to.IsEnd())
            ended[to] = ended.GetValueOrDefault(to) + 1;
        return this with { Position = Position + 1, Head = head, Received = Received + (from is null ? 1 : 0), Ended = ended };
    }

    public TableEntity Write(string batch)
    {
        var entity = new TableEntity(batch, RowKey(Number))
        {
            [nameof(Position)] = Position,
            [nameof(Head)] = Head,
            [nameof(Received)] = Received,
        };
        foreach (var (state, count) in Ended)
            entity[state.ToString()] = count;
        return entity;
    }

    public static BatchLane Read(TableEntity entity) => new(
        int.Parse(entity.RowKey.AsSpan(Prefix.Length), CultureInfo.InvariantCulture),
        entity.GetInt64(nameof(Position)) ?? 0,
        entity.GetString(nameof(Head)) ?? HistoryChain.Root,
        entity.GetInt32(nameof(Received)) ?? 0,
        Enum.GetValues<StatementState>()
            .Where(state => state.IsEnd() && entity.ContainsKey(state.ToString()))
            .ToDictionary(state => state, state => entity.GetInt32(state.ToString()) ?? 0),
        entity.ETag);
}
