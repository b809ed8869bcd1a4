using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Whether a crowd of schedules ended as it was promised: by the ledger, the relay, the bank's queue, the outbox, the audit and the log.</summary>
/// <param name="sweepDeaths">How often a sweep died: whom it had told, the next one tells again.</param>
internal sealed class CrashVerdict(
    CrashStorage storage, IReadOnlyList<CrashedWork> works, IReadOnlyList<LedgerRow> rows, IReadOnlyList<SinkMessage> mail, CapturedLogs logs, int sweepDeaths)
{
    private readonly List<string> _faults = [];

    /// <summary>How often somebody decided to send it again.</summary>
    public static int ResentOf(LedgerRow row) => ContinuedFrom(row, StatementState.Uncertain);

    private static int ContinuedFrom(LedgerRow row, StatementState end) => row.History.Zip(row.History.Skip(1)).Count(pair => pair.First.State == end && !pair.Second.State.IsEnd());

    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        var (results, completions) = await storage.ToldAsync(cancellationToken);
        var finished = await storage.SealedAsync(cancellationToken);
        var sent = mail.Select(message => MimeKit.HeaderList.Load(message.Path, cancellationToken)[MimeKit.HeaderId.MessageId]!.Trim('<', '>', ' '))
            .CountBy(id => id, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var work in works)
        {
            foreach (var row in rows.Where(row => work.Owns(row.Key)))
            {
                Require(work, row.State == StatementState.Failed || finished.Contains($"{row.Batch}/{row.Job}.eml"), $"{row.Key} has no sealed message");
                Judge(work, row, sent.GetValueOrDefault(row.MessageId ?? ""), [.. results.Where(result => result.Batch == row.Batch && result.Job == row.Job).Select(result => result.State)]);
            }

            var told = completions.Where(completion => completion.Batch == work.Batch).ToList();
            Require(work, work.Schedule.Work == CrashWork.Batch ? told.Count >= 1 && told.Count <= 1 + sweepDeaths : told.Count == 0, $"the batch's completion was told {told.Count} times");
            var ended = rows.Where(row => row.Batch == work.Batch).CountBy(row => row.State).ToDictionary();
            foreach (var completion in told)
            {
                Require(work, (completion.Lines, completion.Statements, completion.States.Values.Sum()) == (3, 3, 3), $"the completion was {completion.Lines} lines, {completion.Statements} statements, {string.Join(", ", completion.States)}");
                // Of what was decided since, it could not know.
                Require(work, work.Schedule.Resends || work.Schedule.Resolves || ended.Count == completion.States.Count && ended.All(state => completion.States.GetValueOrDefault(state.Key) == state.Value), $"the completion was {string.Join(", ", completion.States)}, and ended are {string.Join(", ", ended)}");
            }
        }

        Require(works[0], sent.Keys.All(id => rows.Any(row => row.MessageId == id)), "the relay has a message of no statement");
        Require(works[0], results.All(result => rows.Any(row => row.Batch == result.Batch && row.Job == result.Job)), "the bank was told of no statement");
        foreach (var batch in works.GroupBy(work => work.Batch))
            await JudgeAsync(batch.First(), batch.Sum(work => work.Schedule.Rows), cancellationToken);
        return _faults;
    }

    private void Judge(CrashedWork work, LedgerRow row, int sent, IReadOnlyList<StatementState> told)
    {
        var (resent, retried) = (ResentOf(row), ContinuedFrom(row, StatementState.Abandoned));
        var resolved = row.History.Count(entry => entry.Note?.StartsWith("resolved", StringComparison.Ordinal) == true);
        var refused = row.Code is FailureCode.UnreadableJob || (row.Code is FailureCode.RecipientRefused && work.Schedule.Relay?.Answer?[0] == '5');
        Require(work, row.State is StatementState.Relayed or StatementState.Uncertain || refused, $"{row.Key} is {row.State} {row.Code}: {row.Detail}");
        Require(work, sent <= 1 + resent, $"{row.Key} was submitted {sent} times");
        Require(work, sent <= row.History.Count(entry => entry.State == StatementState.Submitting), $"{row.Key} was submitted {sent} times, and not each time on record by then");
        Require(work, row.State != StatementState.Relayed || sent >= 1 || resolved == 1, $"{row.Key} is Relayed and the relay has nothing");
        Require(work, row.State is StatementState.Relayed or StatementState.Uncertain || sent == 0 || resent > 0, $"{row.Key} is {row.State} and the relay has it");
        Require(work, told.Count > 0 && told[^1] == row.State, $"{row.Key} is {row.State}, the bank was told {string.Join(", ", told)}");
        Require(work, told.Distinct().Count() <= 1 + resent + resolved + Math.Min(1, retried), $"{row.Key} ended as {string.Join(" and ", told.Distinct())}");
        Require(work, told.Count <= 1 + resent + retried + resolved + work.Plan.Deaths + work.Plan.Doubled + sweepDeaths, $"{row.Key} was told {told.Count} times");
        Require(work, row.History.Count(entry => entry.State.IsEnd()) == 1 + resent + retried + resolved, $"{row.Key} has {string.Join(", ", row.History.Select(entry => entry.State))} on record");

        // A death leaves the message that was worked on; a person's decision has none, and neither has what the queue gave up on while it was
        // being submitted. What else waits for a sweep was dropped.
        var lost = logs.Lines.Where(line => line.Values.GetValueOrDefault("Kind") is "order" or "job" or "told"
            && Equals(line.Values["Batch"], row.Batch) && Equals(line.Values["Job"], row.Job)).ToList();
        Require(work, lost.Count == 0 || resent + retried + resolved > 0 || work.Schedule.GivesUp, $"only a sweep put it right: {string.Join("; ", lost.Select(line => line.Text))}");
    }

    private async Task JudgeAsync(CrashedWork work, int statements, CancellationToken cancellationToken)
    {
        var audit = await storage.Audit.RunAsync(work.Batch, cancellationToken);
        Require(work, audit.IsIntact, $"the audit found {string.Join("; ", audit.Faults)}");
        var totals = await storage.Batches.TotalsAsync(work.Batch, cancellationToken);
        Require(work, totals.Received == statements && totals.OnTheWay == 0, $"the totals are {totals.Received} received, {totals.OnTheWay} on the way");
    }

    private void Require(CrashedWork work, bool holds, string otherwise)
    {
        if (!holds)
            _faults.Add($"{work.Schedule} (batch {work.Batch}, number {work.Number}): {otherwise}");
    }
}
