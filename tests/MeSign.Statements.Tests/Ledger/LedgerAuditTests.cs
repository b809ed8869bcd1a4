using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>What the audit finds intact, and where it names statements.</summary>
public sealed class LedgerAuditTests(AzuriteFixture azurite) : LedgerAuditBench(azurite)
{
    [Fact]
    public void A_statement_that_is_tried_for_months_does_not_outgrow_its_row()
    {
        var chain = HistoryChain.Of(Options);
        var row = new LedgerRow { Batch = Batch, Job = "job-1", JobSha256 = new string('0', 64), State = StatementState.Received };
        row = chain.Append(row, new LanePosition(3, 1), note: null);
        foreach (var attempt in Enumerable.Range(1, 20_000))
            row = chain.Append(row with { State = attempt % 2 == 0 ? StatementState.Deferred : StatementState.Submitting, Attempts = attempt, Updated = row.Updated.AddHours(1) }, place: null, note: null);
        var tried = row.History.Count;
        row = chain.Append(row with { State = StatementState.Abandoned }, new LanePosition(3, 2), note: null);
        row = chain.Append(row with { State = StatementState.Sealed }, new LanePosition(3, 3), "retried by an operator");
        row = chain.Append(row with { State = StatementState.Submitting }, place: null, note: null);
        row = chain.Append(row with { State = StatementState.Relayed }, new LanePosition(3, 4), note: null);

        chain.FindFault(row).ShouldBeNull();
        row.History.Count.ShouldBe(tried + 4);
        row.History.Select(entry => entry.Place?.Position).OfType<long>().ShouldBe([1, 2, 3, 4]);
        // The service counts two bytes a character, and takes 1 MiB.
        var written = LedgerRowEntity.Write(row, out _);
        ((IDictionary<string, object>)written).Values.OfType<string>().Sum(text => 2 * text.Length).ShouldBeLessThan(512 * 1024);
    }

    [Fact]
    public async Task Goes_on_being_intact_while_statements_come_and_change()
    {
        var head = (await AuditAsync()).Head;

        await _ledger.MoveAsync((await FindAsync("job-03"))!, StatementState.Bounced, Cancellation);
        await RelayAsync("job-99");

        var report = await AuditAsync();
        report.IsIntact.ShouldBeTrue();
        report.Head.ShouldNotBe(head);
        (await AuditAsync()).Head.ShouldBe(report.Head);
    }

    [Theory]
    [InlineData("State", "Bounced")]
    [InlineData("Detail", "all is well")]
    [InlineData("SealedSha256", "00")]
    [InlineData("MessageId", "other@bank.example")]
    [InlineData("RecipientHash", "00")]
    [InlineData("RelayReply", "250 2.0.0")]
    [InlineData("Repaired", "PDF damaged at byte 9")]
    [InlineData("Complaint", "abuse")]
    public async Task Names_the_statement_whose_row_was_altered(string property, string value)
    {
        await ChangeAsync("job-05", row => row[property] = value);

        (await AuditAsync()).Faults.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            fault => fault.Where.ShouldBe("2026-10/job-05"),
            fault => fault.What.ShouldContain("4 (Relayed)"));
    }

    [Fact]
    public async Task Names_the_statement_whose_address_was_altered()
    {
        await ChangeAsync("job-05", row => row["RecipientAddress"] = "bob@example.org");
        (await AuditAsync()).IsIntact.ShouldBeTrue();

        await ChangeAsync("job-05", row => row["RecipientAddress"] = "mallory@example.org");

        (await AuditAsync()).Faults.ShouldHaveSingleItem().Where.ShouldBe("2026-10/job-05");
    }

    [Theory]
    [InlineData("PersonSalt")]
    [InlineData("RecipientHash")]
    public async Task Names_the_statement_that_was_moved_to_another_person(string removed)
    {
        var another = new RecipientHasher(Convert.FromBase64String(Options.RecipientKey)).Hash("mallory@example.org");
        await ChangeAsync("job-05", row =>
        {
            row["RecipientHash"] = another;
            row["RecipientAddress"] = removed == "RecipientHash" ? null : "mallory@example.org";
            row.Remove(removed);
        });

        (await AuditAsync()).Faults.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            fault => fault.Where.ShouldBe("2026-10/job-05"),
            fault => fault.What.ShouldContain("4 (Relayed)"));
    }

    [Theory]
    [InlineData("Received")]
    [InlineData("Relayed")]
    [InlineData("Bounced")]
    public async Task Names_the_lane_whose_counts_were_altered(string count)
    {
        var lane = await _table.QueryAsync<TableEntity>("RowKey ge '|lane|' and Position ge 1L", cancellationToken: Cancellation).FirstAsync(Cancellation);
        var right = lane.GetInt32(count) ?? 0;
        lane[count] = right + 1;
        await _table.UpdateEntityAsync(lane, Azure.ETag.All, TableUpdateMode.Replace, Cancellation);

        (await AuditAsync()).Faults.ShouldHaveSingleItem().ShouldBe(
            new AuditFault($"lane {int.Parse(lane.RowKey[^2..])}", $"counts {right + 1} {count}, but its links make {right}"));
    }

    [Fact]
    public async Task Raises_no_false_alarm_while_statements_come_and_change()
    {
        var writers = Parallel.ForEachAsync(Enumerable.Range(20, 40), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (number, _) =>
        {
            await RelayAsync($"job-{number}");
            await _ledger.MoveAsync((await FindAsync($"job-{number}"))!, StatementState.Bounced, Cancellation);
        });

        do
            (await AuditAsync()).Faults.ShouldBeEmpty();
        while (!writers.IsCompleted);
        await writers;
    }

    [Fact]
    public async Task Raises_no_false_alarm_over_a_lane_that_comes_while_it_reads()
    {
        var account = (await Azurite.NewAccountAsync()).ConnectionString;
        var tables = new TableServiceClient(account);
        foreach (var name in new[] { StorageNames.Ledger, StorageNames.LedgerRecipients, StorageNames.LedgerBatches })
            await tables.CreateTableAsync(name, Cancellation);
        var reading = new TableClientOptions();
        reading.AddPolicy(new AfterFirstRead(() => RelayAsync("job-1", ledger: new StatementLedger(tables, Options, _time))), Azure.Core.HttpPipelinePosition.PerCall);

        var report = await new LedgerAudit(new TableServiceClient(account, reading), Options).RunAsync(Batch, Cancellation);

        report.Faults.ShouldBeEmpty();
        report.Statements.ShouldBe(1);
    }

    /// <summary>As rows were hashed before there were repairs to record: each field after its length, and no other.</summary>
    [Fact]
    public async Task Hashes_a_row_without_a_repair_as_it_always_did()
    {
        var row = (await FindAsync("job-05"))!;
        string?[] fields =
        [
            row.Batch, row.Job, row.Issuer, $"{row.Kind}", row.Person, $"{row.State}", null, row.Detail, row.JobSha256, row.DocumentSha256, row.SealedSha256,
            row.Encrypted?.ToString(), string.Join(' ', row.EncryptedTo), row.MessageId, row.RejectedCertificates, $"{row.Attempts}", $"{row.Received.UtcDateTime:O}",
            $"{row.Updated.UtcDateTime:O}", row.Expires is { } expires ? $"{expires.UtcDateTime:O}" : null, row.Timestamp is { } stamped ? $"{stamped.UtcDateTime:O}" : null, row.RelayReply,
        ];

        var hashed = string.Concat(fields.Select(field => $"{field?.Length ?? -1}:{field}"));

        row.History[^1].Content.ShouldBe(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))));
    }

    [Theory]
    [InlineData("State", "Paid")]
    [InlineData("State", "99999999999")]
    [InlineData("Code", "None")]
    [InlineData("Attempts", "many")]
    public async Task Names_what_nobody_could_have_written(string property, string value)
    {
        await ChangeAsync("job-05", row => row[property] = value);

        (await AuditAsync()).Faults.ShouldContain(new AuditFault("2026-10/job-05", "cannot be read"));
    }

    [Fact]
    public async Task Concurrent_writers_of_one_batch_leave_one_chain_and_right_totals()
    {
        var tables = new TableServiceClient((await Azurite.NewAccountAsync()).ConnectionString);
        foreach (var name in new[] { StorageNames.Ledger, StorageNames.LedgerRecipients, StorageNames.LedgerBatches })
            await tables.CreateTableAsync(name, Cancellation);
        // Each knows the lanes as it left them, as processes do.
        var ledgers = Enumerable.Range(0, 4).Select(_ => new StatementLedger(tables, Options, _time)).ToArray();

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (number, _) =>
            await RelayAsync($"job-{number:000}", StatementState.Relayed, ledgers[number % 4]));

        (await new LedgerAudit(tables, Options).RunAsync(Batch, Cancellation)).ShouldSatisfyAllConditions(
            report => report.Faults.ShouldBeEmpty(),
            report => report.Entries.ShouldBe(800));
        var totals = await new BatchRegister(tables, _time).TotalsAsync(Batch, Cancellation);
        (totals.Received, totals.OnTheWay).ShouldBe((200, 0));
        totals.Ended.ShouldBe(new Dictionary<StatementState, int> { [StatementState.Relayed] = 200 });
    }
}
