using System.Collections.Concurrent;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Schedules that run at the same time: in one storage account, on the same queues, by the same workers.</summary>
/// <param name="slots">Where the workers run; two or more.</param>
internal sealed class CrashCrowd(
    CrashStorage storage, IReadOnlyList<CrashSlot> slots, IReadOnlyList<CrashSchedule> schedules, ConcurrentDictionary<string, int> places, Misdeed misdeed, CapturedLogs logs)
{
    private const int MaxRounds = 60;

    private static readonly string[] WorkQueues =
    [
        StorageNames.Batches, StorageNames.Jobs, StorageNames.Deliveries, StorageNames.Jobs + StorageNames.PoisonSuffix, StorageNames.Deliveries + StorageNames.PoisonSuffix,
    ];

#pragma warning disable CA5394 // The same seed must make the same choices.
    private readonly Random _random = new(schedules[0].Seed);
#pragma warning restore CA5394
    private readonly List<CrashedWork> _works = [.. schedules.Select((schedule, number) => new CrashedWork(schedule, number, new CrashPlan(schedule.Deaths, schedule.Loses, schedule.Relay, places)))];
    private readonly int[] _mailBefore = [.. slots.Select(slot => slot.Sink.Count)];
    private readonly ConcurrentQueue<string> _faults = new();
    private int _sweepDeaths;

    /// <returns>What the promise was broken by; nothing where it was kept.</returns>
    public async Task<IReadOnlyCollection<string>> RunAsync(CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(_works, cancellationToken, async (work, cancelled) => await work.SendAsync(storage, cancelled));
        var quiet = 0;
        for (var round = 0; quiet < 2; round++)
        {
            if (round > MaxRounds)
            {
                _faults.Enqueue($"from seed {schedules[0].Seed}: still not settled after {MaxRounds} rounds: {string.Join("; ", (await RowsAsync(cancellationToken)).Where(row => !row.State.IsEnd() || !row.Reported).Select(row => $"{row.Key} {row.State} reported {row.Reported}"))}");
                return _faults;
            }

            var worked = await WorkAsync(cancellationToken);
            storage.Time.Advance(worked ? TimeSpan.FromSeconds(8) : TimeSpan.FromMinutes(20));
            if (!worked)
                await SweepAsync(slots[round % slots.Count], cancellationToken);
            quiet = !worked && await IsSettledAsync(cancellationToken) ? quiet + 1 : 0;
        }

        foreach (var slot in slots)
            await slot.StopAsync();
        var mail = slots.Zip(_mailBefore).SelectMany(pair => pair.First.Sink.Messages.Skip(pair.Second)).ToList();
        foreach (var fault in await new CrashVerdict(storage, _works, await RowsAsync(cancellationToken), mail, logs, _sweepDeaths).FindAsync(cancellationToken))
            _faults.Enqueue(fault);
        return _faults;
    }

    /// <returns>Whether there was any message.</returns>
    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        var received = await Task.WhenAll(WorkQueues.Select(async queue => (queue, Messages: await storage.ReceiveAsync(queue, cancellationToken))));
        var handed = received.SelectMany(from => from.Messages.Select(message => new Handed(from.queue, message, _works.Find(work => work.Owns(KeyOf(from.queue, message)))))).ToList();
#pragma warning disable CA5394
        _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(handed));
        var waiting = new ConcurrentQueue<Handed>(handed.SelectMany(one => Enumerable.Repeat(one, one.Double(_random.NextDouble()))));
        var sweeper = _random.Next(8) == 0 && handed.Count > 0 ? _random.Next(slots.Count) : -1;
#pragma warning restore CA5394
        await Task.WhenAll(slots.Select(async (slot, number) =>
        {
            if (number == sweeper)
                await SweepAsync(slot, cancellationToken);
            while (waiting.TryDequeue(out var next))
            {
                var worker = await slot.LivingAsync(storage, logs, misdeed);
                if (!next.Ends(Judge(next, await worker.TryWorkAsync(next.Queue, next.Message, next.Work?.Plan, cancellationToken))))
                    continue;
                if (next.IsGivenUp)
                    await storage.GiveUpAsync(next.Queue, next.Message, cancellationToken);
                else
                    await storage.ReleaseAsync(next.Queue, next.Message, cancellationToken);
            }
        }));
        return handed.Count > 0;
    }

    private async Task SweepAsync(CrashSlot slot, CancellationToken cancellationToken)
    {
#pragma warning disable CA5394
        var plan = new CrashPlan(_random.Next(3) == 0 ? [_random.Next(1, 40)] : [], loses: false, relay: null, places);
#pragma warning restore CA5394
        var worker = await slot.LivingAsync(storage, logs, misdeed);
        if (await worker.TrySweepAsync(plan, cancellationToken) is { } thrown and not ProcessDiedException)
            _faults.Enqueue($"from seed {schedules[0].Seed}: a sweep threw {thrown}");
        _sweepDeaths += plan.Deaths;
    }

    private static StatementKey KeyOf(string queue, QueueMessage message)
    {
        if (queue.StartsWith(StorageNames.Deliveries, StringComparison.Ordinal))
            return DeliveryOrder.Read(message.Body)!.Key;
        if (queue == StorageNames.Batches)
            return new StatementKey(BatchOrder.Read(message.Body).Batch, "order");
        var identity = JobIdentity.Find(message.Body, message.MessageId);
        return new StatementKey(identity.Batch, identity.Job);
    }

    private bool Judge(Handed handed, Exception? thrown)
    {
        if (thrown is not null && !IsExpected(thrown))
            _faults.Enqueue($"{handed.Work?.Schedule}: {handed.Queue} threw {thrown}");
        return thrown is null;
    }

    public static bool IsExpected(Exception thrown) => thrown switch
    {
        ProcessDiedException or LedgerConflictException or StatementDelayedException => true,
        AggregateException all => all.Flatten().InnerExceptions.All(IsExpected),
        // The other worker deleted the message that both were given.
        Azure.RequestFailedException { Status: 404, ErrorCode: "MessageNotFound" or "PopReceiptMismatch" } => true,
        Azure.RequestFailedException { Status: 400, ErrorCode: "PopReceiptMismatch" } => true,
        _ => false,
    };

    private async Task<List<LedgerRow>> RowsAsync(CancellationToken cancellationToken) =>
        await _works.Select(work => work.Batch).Distinct(StringComparer.Ordinal).ToAsyncEnumerable()
            .SelectMany(batch => storage.Ledger.ByBatchAsync(batch, cancellationToken)).ToListAsync(cancellationToken);

    private async Task<bool> IsSettledAsync(CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(cancellationToken);
        var abandoned = rows.Where(row => row.State == StatementState.Abandoned)
            .Select(row => (Row: row, Work: _works.Find(work => work.Owns(row.Key))!)).Where(pair => pair.Work.Schedule.GivesUp).ToList();
        foreach (var (row, work) in abandoned)
        {
            var worker = await slots[0].LivingAsync(storage, logs, misdeed);
            _ = await worker.TryAsync<Decisions>(work.Plan, decisions => decisions.RetryAsync(row, "an operator", cancellationToken));
        }

        var uncertain = rows.Where(row => row.State == StatementState.Uncertain && CrashVerdict.ResentOf(row) == 0)
            .Select(row => (Row: row, Work: _works.Find(work => work.Owns(row.Key))!)).Where(pair => pair.Work.Schedule.Resends || pair.Work.Schedule.Resolves).ToList();
        foreach (var (row, work) in uncertain)
        {
            var worker = await slots[0].LivingAsync(storage, logs, misdeed);
            _ = await worker.TryAsync<Decisions>(work.Plan, decisions => work.Schedule.Resends ? decisions.ResendAsync(row, "an operator", cancellationToken) : decisions.ResolveAsync(row, "an operator", cancellationToken));
        }

        if (uncertain.Count + abandoned.Count > 0 || rows.Count != schedules.Sum(schedule => schedule.Rows) || !rows.TrueForAll(row => row.State.IsEnd() && row.Reported))
            return false;
        foreach (var work in _works.Where(work => work.Schedule.Work == CrashWork.Batch))
        {
            if ((await storage.Batches.FindAsync(work.Batch, cancellationToken))?.Completed is null)
                return false;
        }

        return true;
    }

    /// <summary>A message in the hands of one worker or two.</summary>
    private sealed class Handed(string queue, QueueMessage message, CrashedWork? work)
    {
        private int _hands = 1;
        private bool _done;

        public string Queue => queue;

        public QueueMessage Message => message;

        public CrashedWork? Work => work;

        public bool IsGivenUp => work is { Schedule.GivesUp: true } && !queue.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal);

        public int Double(double drawn)
        {
            if (work is null || drawn >= work.Schedule.Twice)
                return 1;

            work.Plan.Doubled++;
            return _hands = 2;
        }

        /// <returns>True where this was the last hand and none was done with it: it becomes visible again.</returns>
        public bool Ends(bool done)
        {
            lock (message)
            {
                _done |= done;
                return --_hands == 0 && !_done;
            }
        }
    }
}
