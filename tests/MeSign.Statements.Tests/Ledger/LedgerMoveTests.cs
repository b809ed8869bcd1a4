using Azure.Core;
using Azure.Data.Tables;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>How a statement moves on, and who may move it.</summary>
public sealed class LedgerMoveTests(AzuriteFixture azurite) : StatementLedgerBench(azurite)
{
    [Fact]
    public async Task Lets_one_of_many_workers_submit()
    {
        var row = await SealedAsync();

        var moves = await Task.WhenAll(Enumerable.Range(1, 8).Select(async worker =>
        {
            try
            {
                return await _ledger.MoveAsync(row with { Attempts = worker, LeaseUntil = Start.AddMinutes(5) }, StatementState.Submitting, Cancellation);
            }
            catch (LedgerConflictException)
            {
                return null;
            }
        }));

        var winner = moves.OfType<LedgerRow>().ShouldHaveSingleItem();
        var found = (await _ledger.FindAsync(row.Key, Cancellation))!;
        found.Attempts.ShouldBe(winner.Attempts);
        found.ETag.ShouldBe(winner.ETag);
    }

    [Fact]
    public async Task Tells_the_loser_what_it_lost()
    {
        var row = await SealedAsync();
        await _ledger.MoveAsync(row, StatementState.Expired, Cancellation);

        var conflict = await Should.ThrowAsync<LedgerConflictException>(
            () => _ledger.MoveAsync(row with { LeaseUntil = Start.AddMinutes(5) }, StatementState.Submitting, Cancellation));

        conflict.Key.ShouldBe(row.Key);
        conflict.Message.ShouldContain("from Sealed to Submitting");
    }

    [Fact]
    public async Task Tells_the_loser_that_the_row_is_gone()
    {
        var row = await SealedAsync();
        await _tables.GetTableClient(StorageNames.Ledger).DeleteEntityAsync(row.Batch, row.Job, cancellationToken: Cancellation);

        await Should.ThrowAsync<LedgerConflictException>(() => _ledger.MoveAsync(row, StatementState.Expired, Cancellation));
    }

    [Fact]
    public async Task Knows_its_own_write_again_whose_answer_was_lost()
    {
        var row = await SealedAsync();
        var options = new TableClientOptions();
        options.AddPolicy(new LostAnswers(), HttpPipelinePosition.PerRetry);
        var tables = new TableServiceClient(_connection, options);
        var ledger = new StatementLedger(tables, Options(storeAddresses: false), _time);

        var received = await ledger.ReceiveAsync(Receipt(job: "j2"), Cancellation);
        var moved = await ledger.MoveAsync(row with { LeaseUntil = Start.AddMinutes(5) }, StatementState.Submitting, Cancellation);

        received.Outcome.ShouldBe(ReceptionOutcome.New);
        received.Row.ETag.ShouldBe((await _ledger.FindAsync(received.Row.Key, Cancellation))!.ETag);
        moved.ETag.ShouldBe((await _ledger.FindAsync(row.Key, Cancellation))!.ETag);
    }

    [Fact]
    public async Task Refuses_a_move_that_is_not_in_the_table()
    {
        var row = await SealedAsync();

        (await Should.ThrowAsync<InvalidOperationException>(() => _ledger.MoveAsync(row, StatementState.Relayed, Cancellation)))
            .Message.ShouldBe("b1/j1: a statement does not go from Sealed to Relayed");
    }

    [Fact]
    public async Task Refuses_to_submit_without_a_lease()
    {
        var row = await SealedAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => _ledger.MoveAsync(row, StatementState.Submitting, Cancellation));
    }

    [Fact]
    public async Task Refuses_a_row_that_was_not_read()
    {
        var row = await SealedAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => _ledger.MoveAsync(row with { ETag = default }, StatementState.Expired, Cancellation));
    }

    [Fact]
    public async Task A_new_state_is_not_reported_yet()
    {
        var row = await SealedAsync();
        var failed = await _ledger.MoveAsync(row with { Code = FailureCode.RecipientRefused, Detail = "no" }, StatementState.Failed, Cancellation);

        var reported = await _ledger.AmendAsync(failed with { Reported = true }, Cancellation);

        failed.Reported.ShouldBeFalse();
        var found = (await _ledger.FindAsync(row.Key, Cancellation))!;
        found.Reported.ShouldBeTrue();
        found.ETag.ShouldBe(reported.ETag);
        found.Code.ShouldBe(FailureCode.RecipientRefused);
    }
}
