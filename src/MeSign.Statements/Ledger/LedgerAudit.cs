using System.Globalization;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Ledger;

/// <summary>Recomputes every hash of a batch: whether anything on record was altered, removed, reordered or inserted.</summary>
/// <remarks>
/// What it cannot see is a whole batch put back to an earlier state that once was good: for that, compare the head that it
/// gives with the one noted before (the completion event has it).
/// </remarks>
public sealed class LedgerAudit
{
    private const int MaxFaults = 100;

    private readonly TableClient _statements;
    private readonly HistoryChain _chain;
    private readonly RecipientHasher _hasher;

    internal LedgerAudit(TableServiceClient tables, LedgerOptions options)
    {
        _statements = tables.GetTableClient(StorageNames.Ledger);
        _chain = HistoryChain.Of(options);
        _hasher = new RecipientHasher(Convert.FromBase64String(options.RecipientKey));
    }

    /// <summary>Reads every row of the batch once; 40 bytes of memory for each link.</summary>
    public async Task<AuditReport> RunAsync(string batch, CancellationToken cancellationToken)
    {
        // The lanes first: what is linked while the rows are read is newer than them, and is passed over.
        var lanes = (await BatchLane.ReadAllAsync(_statements, batch, cancellationToken)).ToDictionary(lane => lane.Number, lane => new ReadLane(lane));
        var (faults, absent) = (new List<AuditFault>(), new Dictionary<int, AuditFault>());
        var (statements, entries) = (0, 0);
        await foreach (var entity in _statements.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {batch}"), cancellationToken: cancellationToken))
        {
            if (!LedgerRowEntity.IsOnRecord(entity))
                continue;

            statements += LedgerRowEntity.IsRow(entity) ? 1 : 0;
            var where = $"{batch}/{entity.RowKey}";
            if (LedgerRowEntity.TryRead(entity) is not { } row)
            {
                Add(faults, new AuditFault(where, "cannot be read"));
                continue;
            }

            entries += row.History.Count;
            if (_chain.FindFault(row) is { } fault)
                Add(faults, new AuditFault(where, fault));
            else if (row.RecipientAddress is { } address && _hasher.Hash(address) != row.RecipientHash)
                Add(faults, new AuditFault(where, "names another recipient than its history"));
            // A job that was refused for a taken id is linked and counted as none, as when it was written.
            StatementState? before = LedgerRowEntity.IsRow(entity) ? null : row.State;
            foreach (var entry in row.History)
            {
                Collect(row, before, entry, lanes, absent);
                before = entry.State;
            }
        }

        // So is a lane that came only while they were read, and whatever is linked into it.
        var come = absent.Count > 0 ? await BatchLane.ReadAllAsync(_statements, batch, cancellationToken) : [];
        foreach (var number in absent.Keys.Except(come.Select(lane => lane.Number)))
            Add(faults, absent[number]);
        foreach (var lane in lanes.Values.OrderBy(lane => lane.Lane.Number))
            Check(lane, faults);
        return new AuditReport(batch, statements, entries, BatchLane.HeadOf(lanes.Values.Select(lane => lane.Lane)), faults);
    }

    /// <param name="before">The state that the statement came from; null where it was new.</param>
    /// <param name="absent">By lane, the first link into one that was not read.</param>
    private static void Collect(LedgerRow row, StatementState? before, HistoryEntry entry, Dictionary<int, ReadLane> lanes, Dictionary<int, AuditFault> absent)
    {
        if (entry.Place is not { } place)
            return;
        if (!lanes.TryGetValue(place.Lane, out var lane))
            absent.TryAdd(place.Lane, new AuditFault($"{row.Batch}/{row.Job}", string.Create(CultureInfo.InvariantCulture, $"entry {entry.Number} is linked into lane {place.Lane}, which is gone")));
        else if (place.Position <= lane.Lane.Position)
            lane.Add(new LaneLink(place.Position, row.Job, entry.Hash), before, entry.State);
    }

    private void Check(ReadLane read, List<AuditFault> faults)
    {
        var (lane, head, expected) = (read.Lane, HistoryChain.Root, 1L);
        read.Links.Sort((one, other) => one.Position.CompareTo(other.Position));
        foreach (var link in read.Links)
        {
            if (link.Position != expected)
            {
                var what = link.Position < expected ? "is there twice" : "is missing";
                var position = Math.Min(link.Position, expected);
                Add(faults, new AuditFault(LaneName(lane), string.Create(CultureInfo.InvariantCulture, $"link {position} {what}, before that of {link.Job}")));
                return;
            }

            head = _chain.Head(head, link.Hash);
            expected++;
        }

        if (expected <= lane.Position)
            Add(faults, new AuditFault(LaneName(lane), string.Create(CultureInfo.InvariantCulture, $"ends with link {lane.Position}, but {expected} is missing")));
        else if (head != lane.Head)
            Add(faults, new AuditFault(LaneName(lane), "its links do not lead to its head"));
        else if (read.FindMiscount() is { } miscount)
            Add(faults, new AuditFault(LaneName(lane), miscount));
    }

    private static void Add(List<AuditFault> faults, AuditFault fault)
    {
        if (faults.Count < MaxFaults)
            faults.Add(fault);
    }

    private static string LaneName(BatchLane lane) => string.Create(CultureInfo.InvariantCulture, $"lane {lane.Number}");

    private readonly record struct LaneLink(long Position, string Job, string Hash);

    /// <summary>A lane as it was when the audit began, and what the rows make of it.</summary>
    private sealed class ReadLane(BatchLane lane)
    {
        private BatchLane _counted = BatchLane.Empty(lane.Number);

        public BatchLane Lane { get; } = lane;

        public List<LaneLink> Links { get; } = [];

        public void Add(LaneLink link, StatementState? from, StatementState to)
        {
            Links.Add(link);
            _counted = _counted.With(link.Hash, from, to);
        }

        /// <summary>The first count in which the lane and its links differ: what a batch's totals are made of, and no hash covers.</summary>
        public string? FindMiscount() => Counts(Lane).Zip(Counts(_counted))
            .Where(pair => pair.First != pair.Second)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"counts {pair.First.Count} {pair.First.What}, but its links make {pair.Second.Count}"))
            .FirstOrDefault();

        private static IEnumerable<(string What, int Count)> Counts(BatchLane lane) =>
        [
            ("Received", lane.Received),
            .. Enum.GetValues<StatementState>().Where(state => state.IsEnd()).Select(state => (state.ToString(), lane.Ended.GetValueOrDefault(state))),
        ];
    }
}

/// <param name="Statements">Rows that were read.</param>
/// <param name="Entries">Changes on record in them.</param>
/// <param name="Head">One hash for all of it; the same as long as nothing is added, 64 lower-case hex digits.</param>
/// <param name="Faults">In the order in which they were found; at most 100.</param>
public sealed record AuditReport(string Batch, int Statements, int Entries, string Head, IReadOnlyList<AuditFault> Faults)
{
    public bool IsIntact => Faults.Count == 0;
}

/// <param name="Where">A statement as <c>batch/job</c>, a job under an id that was taken as <c>batch/job|SHA-256</c>, or a lane of the batch's chain.</param>
/// <param name="What">To be read after it.</param>
public sealed record AuditFault(string Where, string What);
