using MeSign.Statements.Ledger;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Holds ledger, mail, results and documents against each other and against the plan.</summary>
internal sealed class DemoAudit(DemoPlan plan, DemoFolder folder, IReadOnlyList<LedgerRow> rows, IReadOnlyList<OpenedMail> mails, IReadOnlyList<BankResult> results)
{
    private readonly Dictionary<string, LedgerRow> _rows = rows.ToDictionary(row => row.Job, StringComparer.Ordinal);
    private readonly ILookup<string?, OpenedMail> _mails = mails.ToLookup(mail => mail.MessageId, StringComparer.Ordinal);
    private readonly ILookup<string, BankResult> _results = results.Where(result => result.Batch == plan.Batch).ToLookup(result => result.Job, StringComparer.Ordinal);

    /// <summary>The outcome of every job of the plan, in its order; signed documents are written beside the originals.</summary>
    public async Task<IReadOnlyList<DemoOutcome>> JudgeAsync(CancellationToken cancellationToken)
    {
        var outcomes = new List<DemoOutcome>(plan.Jobs.Count);
        foreach (var job in plan.Jobs)
            outcomes.Add(await JudgeAsync(job, cancellationToken));
        return outcomes;
    }

    /// <summary>What belongs to no job of the plan, in words.</summary>
    public IEnumerable<string> FindStrays()
    {
        var jobs = plan.Jobs.Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        var messageIds = rows.Select(row => row.MessageId).ToHashSet(StringComparer.Ordinal);
        foreach (var row in rows.Where(row => !jobs.Contains(row.Job)))
            yield return $"ledger: {row.Batch}/{row.Job} was never dropped";
        foreach (var mail in mails.Where(mail => mail.MessageId is null || !messageIds.Contains(mail.MessageId)))
            yield return $"{Relative(mail.Sink.Path)}: no statement of the ledger";
        foreach (var result in results.Where(result => result.Batch != plan.Batch || !jobs.Contains(result.Job)))
            yield return $"statement-results: {result.Batch}/{result.Job} was never dropped";
    }

    private async Task<DemoOutcome> JudgeAsync(DemoJob job, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var row = _rows.GetValueOrDefault(job.Id);
        OpenedMail[] mail = row?.MessageId is { } messageId ? [.. _mails[messageId]] : [];
        var original = Path.Combine(folder.Originals, job.Id + ".pdf");
        var actual = row is null ? "nothing recorded" : DemoJob.Words(row.State, row.Code, row.Encrypted);
        if (actual != job.Expected)
            problems.Add($"ended as \"{actual}\" instead of \"{job.Expected}\"{(row?.Detail is null ? "" : ": " + row.Detail)}");
        else if (job.ExpectedReason is { } reason && row!.Detail?.Contains(reason, StringComparison.Ordinal) != true)
            problems.Add($"the recorded reason \"{row.Detail}\" does not say \"{reason}\"");

        if (row is not null)
        {
            problems.AddRange(CompareMails(job, row, mail));
            problems.AddRange(CompareResults(row));
        }

        var signed = mail.Length > 0 && mail[0].Pdf is { } pdf ? Path.Combine(folder.Signed, job.Id + ".pdf") : null;
        if (signed is not null)
        {
            await File.WriteAllBytesAsync(signed, mail[0].Pdf!.Content, cancellationToken);
            var before = await File.ReadAllBytesAsync(original, cancellationToken);
            if (mail[0].Pdf!.Content.Length <= before.Length || !mail[0].Pdf!.Content.Span.StartsWith(before))
                problems.Add("the signed PDF does not begin with the bytes of the original");
        }

        return new DemoOutcome
        {
            Batch = plan.Batch,
            Job = job.Id,
            Recipient = job.Recipient.Email,
            State = row?.State,
            Code = row?.Code,
            Detail = row?.Detail,
            Encrypted = row?.Encrypted,
            MessageId = row?.MessageId,
            Timestamp = mail.Length > 0 ? mail[0].Timestamp : null,
            Expected = job.Expected,
            Actual = actual,
            Mail = mail.Length > 0 ? Relative(mail[0].Sink.Path) : null,
            Original = Relative(original),
            Signed = signed is null ? null : Relative(signed),
            Problems = problems,
        };
    }

    private static IEnumerable<string> CompareMails(DemoJob job, LedgerRow row, OpenedMail[] mails)
    {
        var expected = row.State == StatementState.Relayed ? 1 : 0;
        if (mails.Length != expected)
            yield return $"{mails.Length} mails arrived where the ledger says {expected}";
        foreach (var mail in mails)
        {
            foreach (var problem in mail.Problems)
                yield return problem;
            if (mail.Message is null)
                continue;
            if (mail.IsEncrypted != row.Encrypted)
                yield return $"the ledger says {(row.Encrypted == true ? "encrypted" : "signed only")} and the mail is {(mail.IsEncrypted ? "encrypted" : "signed only")}";
            if (!mail.Sink.Recipients.Select(recipient => recipient.Address).SequenceEqual([job.Recipient.Email], StringComparer.OrdinalIgnoreCase))
                yield return "the mail went to another address than the job's";
            if (mail.Timestamp != row.Timestamp)
                yield return "the ledger's timestamp is not the mail's";
        }
    }

    /// <summary>The same result twice is part of the contract; another one, or none, is not.</summary>
    private IEnumerable<string> CompareResults(LedgerRow row)
    {
        var expected = new BankResult(row.Batch, row.Job, row.State.ToString(), row.Code?.ToString(), row.MessageId, row.Encrypted);
        var told = _results[row.Job].Distinct().ToList();
        if (told.Count == 0)
            yield return "the bank was not told the outcome";
        foreach (var other in told.Where(result => result != expected))
            yield return $"the bank was told {other.State} {other.Code} where the ledger says {expected.State} {expected.Code}";
    }

    private string Relative(string path) => Path.GetRelativePath(folder.Path, path).Replace('\\', '/');
}
