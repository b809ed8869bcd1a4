using Azure.Data.Tables;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>A ledger in tables of its own.</summary>
public abstract class StatementLedgerBench(AzuriteFixture azurite) : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private protected readonly FakeTimeProvider _time = new(Start);
    private protected string _connection = null!;
    private protected TableServiceClient _tables = null!;
    private protected StatementLedger _ledger = null!;
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = (await azurite.NewAccountAsync()).ConnectionString;
        _tables = new TableServiceClient(_connection);
        await _tables.CreateTableAsync(StorageNames.Ledger, Cancellation);
        await _tables.CreateTableAsync(StorageNames.LedgerRecipients, Cancellation);
        await _tables.CreateTableAsync(StorageNames.LedgerBatches, Cancellation);
        _ledger = Ledger(storeAddresses: false);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected async Task<LedgerRow> SealedAsync(string batch = "b1", string job = "j1", string address = "bob@example.org")
    {
        var reception = await _ledger.ReceiveAsync(Receipt(batch, job, address), Cancellation);
        return await _ledger.MoveAsync(reception.Row, StatementState.Sealed, Cancellation);
    }

    private protected static StatementReceipt Receipt(string batch = "b1", string job = "j1", string address = "bob@example.org", string sha256 = "aa") => new()
    {
        Key = new StatementKey(batch, job),
        Issuer = "bank",
        Kind = JobKind.Statement,
        RecipientAddress = address,
        JobSha256 = sha256,
    };

    private protected StatementLedger Ledger(bool storeAddresses) => new(_tables, Options(storeAddresses), _time);

    private protected static LedgerOptions Options(bool storeAddresses) =>
        new() { RecipientKey = Convert.ToBase64String(new byte[32]), StoreAddresses = storeAddresses };
}
