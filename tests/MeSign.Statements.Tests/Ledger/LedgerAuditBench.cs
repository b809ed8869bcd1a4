using Azure.Data.Tables;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>A ledger of relayed statements, and somebody who writes to its table.</summary>
public abstract class LedgerAuditBench(AzuriteFixture azurite) : IAsyncLifetime
{
    private protected const string Batch = "2026-10";
    private protected const int Statements = 12;
    private protected readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private protected TableClient _table = null!;
    private protected StatementLedger _ledger = null!;
    private protected LedgerAudit _audit = null!;

    private protected static LedgerOptions Options => new() { RecipientKey = Convert.ToBase64String(new byte[32]) };
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected AzuriteFixture Azurite => azurite;

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

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected Task<LedgerRow?> FindAsync(string job) => _ledger.FindAsync(new StatementKey(Batch, job), Cancellation);

    private protected Task<AuditReport> AuditAsync() => _audit.RunAsync(Batch, Cancellation);

    private protected async Task RelayAsync(string job, StatementState until = StatementState.Relayed, StatementLedger? ledger = null)
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

    private protected async Task ChangeAsync(string job, Action<TableEntity> change)
    {
        var row = (await _table.GetEntityAsync<TableEntity>(Batch, job, cancellationToken: Cancellation)).Value;
        change(row);
        await _table.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Replace, Cancellation);
    }
}
