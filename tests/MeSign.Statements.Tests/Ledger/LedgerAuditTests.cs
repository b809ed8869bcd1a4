using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>Whoever can write to the table but has no key cannot change the past unseen.</summary>
public sealed class LedgerAuditTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Batch = "2026-10";
    private const int Statements = 12;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private TableClient _table = null!;
    private StatementLedger _ledger = null!;
    private LedgerAudit _audit = null!;

    private static LedgerOptions Options => new() { RecipientKey = Convert.ToBase64String(new byte[32]) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var tables = new TableServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        foreach (var name in new[] { StorageNames.Ledger, StorageNames.LedgerRecipients, StorageNames.LedgerBatches })
            await tables.CreateTableAsync(name, Cancellation);
        _table = tables.GetTableClient(StorageNames.Ledger);
        _ledger = new StatementLedger(tables, Options, _time);
        _audit = new LedgerAudit(tables, Options);

        for (var number = 0; number < Statements; number++)
            await RelayAsync($"job-{number:00}");
        (await AuditAsync()).ShouldSatisfyAllConditions(
            report => report.IsIntact.ShouldBeTrue(string.Join('\n', report.Faults)),
            report => report.Statements.ShouldBe(Statements),
            report => report.Entries.ShouldBe(4 * Statements));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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

    [Fact]
    public async Task Names_the_entry_that_was_altered()
    {
        await ChangeLinesAsync("job-05", lines => lines[1] = lines[1].Replace("Sealed", "Failed", StringComparison.Ordinal));

        (await AuditAsync()).Faults[0].ShouldBe(new AuditFault("2026-10/job-05", "entry 2 (Failed) is not what was written after the one before it"));
    }

    [Fact]
    public async Task Finds_an_entry_removed()
    {
        await ChangeLinesAsync("job-05", lines => lines.RemoveAt(1));

        (await AuditAsync()).Faults[0].ShouldBe(new AuditFault("2026-10/job-05", "entry 2 is missing, 3 stands in its place"));
    }

    [Fact]
    public async Task Finds_entries_in_another_order()
    {
        await ChangeLinesAsync("job-05", lines => (lines[1], lines[2]) = (lines[2], lines[1]));

        (await AuditAsync()).Faults[0].Where.ShouldBe("2026-10/job-05");
    }

    [Fact]
    public async Task Finds_an_entry_inserted()
    {
        await ChangeLinesAsync("job-05", lines => lines.Insert(2, lines[1].Replace("2 ", "3 ", StringComparison.Ordinal)));

        (await AuditAsync()).Faults[0].What.ShouldStartWith("entry 3 (Sealed) is not what was written");
    }

    [Fact]
    public async Task Finds_a_tail_cut_off_with_its_row_put_back_to_what_it_said_then()
    {
        await RelayAsync("job-20", StatementState.Submitting);
        var before = (await _table.GetEntityAsync<TableEntity>(Batch, "job-20", cancellationToken: Cancellation)).Value;
        await _ledger.MoveAsync((await FindAsync("job-20"))!, StatementState.Relayed, Cancellation);

        await _table.UpdateEntityAsync(before, Azure.ETag.All, TableUpdateMode.Replace, Cancellation);

        (await AuditAsync()).Faults.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            fault => fault.Where.ShouldStartWith("lane "),
            fault => fault.What.ShouldContain("is missing"));
    }

    [Fact]
    public async Task Finds_a_whole_statement_removed()
    {
        await _table.DeleteEntityAsync(Batch, "job-05", cancellationToken: Cancellation);

        (await AuditAsync()).Faults.ShouldContain(fault => fault.Where.StartsWith("lane ", StringComparison.Ordinal) && fault.What.Contains("is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finds_a_whole_statement_inserted()
    {
        var copy = (await _table.GetEntityAsync<TableEntity>(Batch, "job-05", cancellationToken: Cancellation)).Value;
        copy.RowKey = "job-50";
        await _table.AddEntityAsync(copy, Cancellation);

        var report = await AuditAsync();

        report.Faults.ShouldContain(fault => fault.Where == "2026-10/job-50");
        report.Faults.ShouldContain(fault => fault.What.Contains("is there twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finds_a_refusal_for_a_taken_id_removed_or_altered()
    {
        foreach (var sha256 in new[] { "bb", "cc", "bb" })
        {
            await _ledger.RecordEndedAsync(
                new EndedReceipt { Key = new StatementKey(Batch, "job-05"), JobSha256 = sha256, State = StatementState.Failed, Code = FailureCode.UnreadableJob, Detail = "refused" }, Cancellation);
        }

        (await AuditAsync()).ShouldSatisfyAllConditions(
            report => report.IsIntact.ShouldBeTrue(string.Join('\n', report.Faults)),
            report => report.Statements.ShouldBe(Statements),
            report => report.Entries.ShouldBe((4 * Statements) + 2));

        await ChangeAsync("job-05|bb", row => row["Issuer"] = "another");
        await _table.DeleteEntityAsync(Batch, "job-05|cc", cancellationToken: Cancellation);

        var faults = (await AuditAsync()).Faults;
        faults.ShouldContain(fault => fault.Where == "2026-10/job-05|bb");
        faults.ShouldContain(fault => fault.What.Contains("is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("State", "Paid")]
    [InlineData("Code", "None")]
    [InlineData("Attempts", "many")]
    public async Task Names_what_nobody_could_have_written(string property, string value)
    {
        await ChangeAsync("job-05", row => row[property] = value);

        (await AuditAsync()).Faults.ShouldContain(new AuditFault("2026-10/job-05", "cannot be read"));
    }

    [Fact]
    public async Task Finds_a_lane_removed_or_shortened()
    {
        var lane = await _table.QueryAsync<TableEntity>("RowKey ge '|lane|' and Position ge 2L", cancellationToken: Cancellation).FirstAsync(Cancellation);
        await _table.DeleteEntityAsync(Batch, lane.RowKey, cancellationToken: Cancellation);
        (await AuditAsync()).Faults.ShouldContain(fault => fault.What.Contains("which is gone", StringComparison.Ordinal));

        lane["Position"] = lane.GetInt64("Position") - 1;
        await _table.AddEntityAsync(lane, Cancellation);
        (await AuditAsync()).Faults.ShouldContain(fault => fault.What == "its links do not lead to its head");
    }

    [Fact]
    public async Task Concurrent_writers_of_one_batch_leave_one_chain_and_right_totals()
    {
        var tables = new TableServiceClient((await azurite.NewAccountAsync()).ConnectionString);
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

    private Task<LedgerRow?> FindAsync(string job) => _ledger.FindAsync(new StatementKey(Batch, job), Cancellation);

    private Task<AuditReport> AuditAsync() => _audit.RunAsync(Batch, Cancellation);

    private async Task RelayAsync(string job, StatementState until = StatementState.Relayed, StatementLedger? ledger = null)
    {
        ledger ??= _ledger;
        var receipt = new StatementReceipt
        {
            Key = new StatementKey(Batch, job),
            Issuer = "bank",
            Kind = JobKind.Statement,
            RecipientAddress = "bob@example.org",
            JobSha256 = "aa",
        };
        var row = (await ledger.ReceiveAsync(receipt, Cancellation)).Row;
        row = await ledger.MoveAsync(row with { MessageId = "m", SealedSha256 = "bb" }, StatementState.Sealed, Cancellation);
        row = await ledger.MoveAsync(row with { LeaseUntil = _time.GetUtcNow() }, StatementState.Submitting, Cancellation);
        if (until == StatementState.Relayed)
            await ledger.MoveAsync(row with { RelayReply = "250" }, StatementState.Relayed, Cancellation);
    }

    private async Task ChangeAsync(string job, Action<TableEntity> change)
    {
        var row = (await _table.GetEntityAsync<TableEntity>(Batch, job, cancellationToken: Cancellation)).Value;
        change(row);
        await _table.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Replace, Cancellation);
    }

    private Task ChangeLinesAsync(string job, Action<List<string>> change) => ChangeAsync(job, row =>
    {
        var lines = row.GetString("History").Split('\n').ToList();
        change(lines);
        row["History"] = string.Join('\n', lines);
    });
}
