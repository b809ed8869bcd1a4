using System.Text.Json.Nodes;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>One schedule, from the job on its queue to the verdict.</summary>
internal sealed class CrashRun(CrashLane lane, CrashSchedule schedule, string batch)
{
    private static readonly string[] WorkQueues = [StorageNames.Batches, StorageNames.Jobs, StorageNames.Deliveries];

#pragma warning disable CA5394 // The same seed must make the same choices.
    private readonly Random _random = new(schedule.Seed);
#pragma warning restore CA5394
    private readonly int[] _mailBefore = [.. lane.All.Select(slot => slot.Sink.Count)];
    private readonly List<CrashProcess> _workers = [];
    private readonly List<StatementKey> _resent = [];
    private readonly List<string> _faults = [];
    private int _started;

    private int Jobs => schedule.Work == CrashWork.Batch ? 3 : 1;

    public async Task<IReadOnlyList<string>> RunAsync(int maxRounds, CancellationToken cancellationToken)
    {
        foreach (var slot in lane.All)
            slot.Relay = schedule.Relay;
        await SendAsync(cancellationToken);
        for (var worker = 0; worker < schedule.Workers; worker++)
            _workers.Add(StartProcess());

        var quiet = 0;
        for (var round = 0; quiet < 2; round++)
        {
            if (round > maxRounds)
                return [.. _faults, $"{schedule}: still not settled after {maxRounds} rounds: {string.Join("; ", (await RowsAsync(cancellationToken)).Select(row => $"{row.Job} {row.State} reported {row.Reported}"))}"];

            var worked = await WorkAsync(cancellationToken);
            lane.Time.Advance(worked ? TimeSpan.FromSeconds(6) : TimeSpan.FromMinutes(20));
            if (!worked)
                await Random().SweepAsync(cancellationToken);
            quiet = !worked && await IsSettledAsync(cancellationToken) ? quiet + 1 : 0;
        }

        await JudgeAsync(cancellationToken);
        if (_faults.Count == 0)
            await lane.ForgetAsync(batch, cancellationToken);
        return _faults;
    }

    private CrashProcess StartProcess()
    {
        var number = _started++;
        return lane.Start(number, number < schedule.Deaths.Count ? schedule.Deaths[number] : null);
    }

    /// <summary>One that lives; the dead are replaced first.</summary>
    private CrashProcess Random()
    {
        for (var worker = 0; worker < _workers.Count; worker++)
        {
            if (_workers[worker].Life.IsDead)
                _workers[worker] = StartProcess();
        }

        return _workers[_random.Next(_workers.Count)];
    }

    /// <returns>Whether there was any message.</returns>
    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        var tasks = new List<Task>();
        foreach (var queue in WorkQueues.Skip(schedule.Work == CrashWork.Batch ? 0 : 1))
        {
            foreach (var message in await lane.ReceiveAsync(queue, cancellationToken))
            {
                Task<Exception?>[] attempts = _random.NextDouble() < schedule.Twice
                    ? [Random().TryWorkAsync(queue, message, cancellationToken), Random().TryWorkAsync(queue, message, cancellationToken)]
                    : [Random().TryWorkAsync(queue, message, cancellationToken)];
                tasks.Add(SettleAsync(queue, message, attempts, cancellationToken));
            }
        }

        if (_random.NextDouble() < schedule.Sweeps)
            tasks.Add(Random().SweepAsync(cancellationToken));
        await Task.WhenAll(tasks);
        return tasks.Count > 0;
    }

    private async Task SettleAsync(string queue, QueueMessage message, Task<Exception?>[] attempts, CancellationToken cancellationToken)
    {
        var thrown = (await Task.WhenAll(attempts)).OfType<Exception>().ToArray();
        foreach (var unexpected in thrown.Where(one => !IsExpected(one)))
            _faults.Add($"{schedule}: {queue} threw {unexpected}");
        if (thrown.Length == attempts.Length)
            await lane.ReleaseAsync(queue, message, cancellationToken);
    }

    private static bool IsExpected(Exception thrown) => thrown switch
    {
        ProcessDiedException or LedgerConflictException or StatementDelayedException => true,
        AggregateException all => all.Flatten().InnerExceptions.All(IsExpected),
        // The other worker deleted the message that both were given.
        Azure.RequestFailedException { Status: 404, ErrorCode: "MessageNotFound" or "PopReceiptMismatch" } => true,
        Azure.RequestFailedException { Status: 400, ErrorCode: "PopReceiptMismatch" } => true,
        _ => false,
    };

    private async Task<List<LedgerRow>> RowsAsync(CancellationToken cancellationToken) => await lane.Ledger.ByBatchAsync(batch, cancellationToken).ToListAsync(cancellationToken);

    private async Task<bool> IsSettledAsync(CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(cancellationToken);
        if (schedule.Resends)
        {
            foreach (var row in rows.Where(row => row.State == StatementState.Uncertain && !_resent.Contains(row.Key)))
            {
                _resent.Add(row.Key);
                await StartProcess().ResendAsync(row, cancellationToken);
                return false;
            }
        }

        return rows.Count == Jobs && rows.TrueForAll(row => row.State.IsEnd() && row.Reported)
            && (schedule.Work != CrashWork.Batch || (await lane.Batches.FindAsync(batch, cancellationToken))?.Completed is not null);
    }

    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(cancellationToken);
        var (results, completions) = await lane.ToldAsync(cancellationToken);
        var mail = lane.All.Zip(_mailBefore).SelectMany(pair => pair.First.Sink.Messages.Skip(pair.Second))
            .Select(message => MimeKit.HeaderList.Load(message.Path, cancellationToken)[MimeKit.HeaderId.MessageId]!.Trim('<', '>', ' ')).ToList();

        foreach (var row in rows)
        {
            var refused = row.Code is FailureCode.UnreadableJob || (row.Code is FailureCode.RecipientRefused && schedule.Relay?.Answer?[0] == '5');
            Require(row.State is StatementState.Relayed or StatementState.Uncertain || refused, $"{row.Key} is {row.State} {row.Code}: {row.Detail}");
            var sent = mail.Count(id => id == row.MessageId);
            var most = 1 + (_resent.Contains(row.Key) ? 1 : 0);
            Require(sent <= most, $"{row.Key} was submitted {sent} times");
            Require(row.State != StatementState.Relayed || sent >= 1, $"{row.Key} is Relayed and the relay has nothing");
            Require(row.State is StatementState.Relayed or StatementState.Uncertain || sent == 0 || _resent.Contains(row.Key), $"{row.Key} is {row.State} and the relay has it");
            var told = results.Where(result => result.Job == row.Job).Select(result => result.State).ToList();
            Require(told.Count > 0 && told[^1] == row.State, $"{row.Key} is {row.State}, the bank was told {string.Join(", ", told)}");
            Require(told.Distinct().Count() <= (_resent.Contains(row.Key) ? 2 : 1), $"{row.Key} ended as {string.Join(" and ", told.Distinct())}");
            Require(told.Count <= schedule.Deaths.Count + 1 + (schedule.Twice > 0 ? schedule.Workers : 0) + (_resent.Contains(row.Key) ? 1 : 0), $"{row.Key} was told {told.Count} times");
            Require(row.State == StatementState.Failed || await lane.HasBlobAsync(row.Key, cancellationToken), $"{row.Key} has no sealed message");
            Require(row.History.Count(entry => entry.State.IsEnd()) == 1 + (_resent.Contains(row.Key) ? 1 : 0), $"{row.Key} has {string.Join(", ", row.History.Select(entry => entry.State))} on record");
        }

        Require(mail.Count == mail.Count(id => rows.Exists(row => row.MessageId == id)), "the relay has a message of no statement");
        Require(results.All(result => rows.Exists(row => row.Job == result.Job)), "the bank was told of no statement");
        Require(schedule.Work != CrashWork.Batch || completions is >= 1 and <= 2, $"the batch's completion was told {completions} times");
        var audit = await lane.Audit.RunAsync(batch, cancellationToken);
        Require(audit.IsIntact, $"the audit found {string.Join("; ", audit.Faults)}");
        var totals = await lane.Batches.TotalsAsync(batch, cancellationToken);
        Require(totals.Received == Jobs && totals.OnTheWay == 0, $"the totals are {totals.Received} received, {totals.OnTheWay} on the way");
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
            _faults.Add($"{schedule}: {otherwise}");
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (schedule.Work == CrashWork.Batch)
        {
            await lane.UploadAsync($"{batch}.jsonl", string.Join('\n', Message("one"), "{ not JSON", Message("two")), cancellationToken);
            await lane.SendAsync(StorageNames.Batches, $$"""{"version":1,"batch":"{{batch}}","manifest":"{{batch}}.jsonl"}""", cancellationToken);
            return;
        }

        await lane.SendAsync(StorageNames.Jobs, schedule.Work == CrashWork.Message ? Message("one") : Statement("one"), cancellationToken);
    }

    private string Statement(string id) => TestJob.For(SandboxFixture.Ec, id).With(body =>
    {
        body["batch"] = batch;
        body["document"]!["blob"] = "shared.pdf";
    }).Json;

    private string Message(string id) => TestJob.For(SandboxFixture.Ec, id).With(body =>
    {
        body["batch"] = batch;
        body["kind"] = "message";
        body["fields"] = new JsonObject { ["subject"] = "Hello", ["body"] = "Hello" };
        body.Remove("document");
    }).Json;
}
