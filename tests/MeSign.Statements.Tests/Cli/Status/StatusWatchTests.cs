using Azure.Data.Tables;
using MeSign.Statements.Cli;
using MeSign.Statements.Cli.Status;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Cli.Status;

/// <summary><c>mesign status --watch</c> of what is not there, or not yet.</summary>
public sealed class StatusWatchTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private StatementLedger _ledger = null!;
    private BatchRegister _batches = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var tables = new TableServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        await tables.CreateTableIfNotExistsAsync(StorageNames.Ledger, Cancelled);
        await tables.CreateTableIfNotExistsAsync(StorageNames.LedgerBatches, Cancelled);
        _ledger = new StatementLedger(tables, new LedgerOptions { RecipientKey = Convert.ToBase64String(new byte[32]) }, TimeProvider.System);
        _batches = new BatchRegister(tables, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("typo", null, "nothing is known of batch typo: ")]
    [InlineData("2026-10", "typo", "nothing is known of 2026-10/typo: ")]
    public async Task Ends_after_a_minute_in_which_nothing_came(string batch, string? job, string message)
    {
        await EndAsync();
        var looks = 0;

        var ended = await Should.ThrowAsync<CommandException>(WaitAsync(batch, job, () => _time.Advance(TimeSpan.FromSeconds(looks++ == 0 ? 60 : 0))));

        (ended.ExitCode, looks).ShouldBe((1, 1));
        ended.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task Waits_for_a_batch_that_is_being_expanded()
    {
        await _batches.BeginAsync("2026-10", "manifest", new BatchPart("october.jsonl", null, null), Cancelled);
        var looked = new TaskCompletionSource();

        var watch = WaitAsync("2026-10", null, () =>
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            looked.TrySetResult();
        });
        await looked.Task;
        await EndAsync();
        while (!watch.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(20, Cancelled);
        }

        (await watch).ShouldHaveSingleItem().State.ShouldBe(StatementState.Failed);
    }

    private Task<IReadOnlyList<MeSign.Statements.Operations.StatementView>> WaitAsync(string batch, string? job, Action look) =>
        new StatusWatch(new StatusQuery(batch, job, null, null), _ledger, _batches, _time).WaitAsync(_ => look(), Cancelled);

    private Task<Reception> EndAsync() => _ledger.RecordEndedAsync(
        new EndedReceipt { Key = new StatementKey("2026-10", "1"), JobSha256 = new string('0', 64), State = StatementState.Failed, Code = FailureCode.UnreadableJob, Detail = "no" }, Cancelled);
}
