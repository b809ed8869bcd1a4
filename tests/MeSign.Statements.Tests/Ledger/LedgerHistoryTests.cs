using Azure.Data.Tables;
using MeSign.Statements.Ledger;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>Entries and statements that were altered, removed, reordered or put in.</summary>
public sealed class LedgerHistoryTests(AzuriteFixture azurite) : LedgerAuditBench(azurite)
{
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

    private Task ChangeLinesAsync(string job, Action<List<string>> change) => ChangeAsync(job, row =>
    {
        var lines = row.GetString("History").Split('\n').ToList();
        change(lines);
        row["History"] = string.Join('\n', lines);
    });
}
