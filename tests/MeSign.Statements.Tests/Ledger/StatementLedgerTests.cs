using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Ledger;

/// <summary>How a job comes on record and is found again.</summary>
public sealed class StatementLedgerTests(AzuriteFixture azurite) : StatementLedgerBench(azurite)
{
    [Fact]
    public async Task Receives_a_job_and_keeps_everything_but_the_address()
    {
        var receipt = Receipt() with { DocumentSha256 = "dd", Expires = Start.AddDays(2) };

        var reception = await _ledger.ReceiveAsync(receipt, Cancellation);

        reception.Outcome.ShouldBe(ReceptionOutcome.New);
        var row = (await _ledger.FindAsync(receipt.Key, Cancellation)).ShouldNotBeNull();
        row.ETag.ShouldBe(reception.Row.ETag);
        row.ShouldSatisfyAllConditions(
            () => row.State.ShouldBe(StatementState.Received),
            () => row.Issuer.ShouldBe("bank"),
            () => row.Kind.ShouldBe(JobKind.Statement),
            () => row.RecipientAddress.ShouldBeNull(),
            () => row.RecipientHash!.Length.ShouldBe(64),
            () => row.JobSha256.ShouldBe("aa"),
            () => row.DocumentSha256.ShouldBe("dd"),
            () => row.Expires.ShouldBe(Start.AddDays(2)),
            () => row.Received.ShouldBe(Start),
            () => row.Updated.ShouldBe(Start));
    }

    [Fact]
    public async Task Keeps_the_address_where_the_setting_allows()
    {
        await Ledger(storeAddresses: true).ReceiveAsync(Receipt(), Cancellation);

        (await _ledger.FindAsync(Receipt().Key, Cancellation))!.RecipientAddress.ShouldBe("bob@example.org");
    }

    [Fact]
    public async Task Finds_the_row_of_a_job_that_comes_again()
    {
        var first = await _ledger.ReceiveAsync(Receipt(), Cancellation);
        var moved = await _ledger.MoveAsync(first.Row, StatementState.Sealed, Cancellation);

        var again = await _ledger.ReceiveAsync(Receipt(), Cancellation);

        again.Outcome.ShouldBe(ReceptionOutcome.Repeated);
        again.Row.State.ShouldBe(StatementState.Sealed);
        again.Row.ETag.ShouldBe(moved.ETag);
    }

    [Fact]
    public async Task Notes_another_job_under_the_same_id_without_touching_the_row()
    {
        var first = await _ledger.ReceiveAsync(Receipt(), Cancellation);

        for (var i = 0; i < 2; i++)
        {
            var other = await _ledger.ReceiveAsync(Receipt(sha256: "bb", address: "eve@example.org"), Cancellation);
            other.Outcome.ShouldBe(ReceptionOutcome.Conflicting);
            other.Row.JobSha256.ShouldBe("aa");
            other.Row.ETag.ShouldBe(first.Row.ETag);
        }

        var conflict = (await _ledger.ConflictsAsync(Receipt().Key, Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem();
        conflict.JobSha256.ShouldBe("bb");
        conflict.Received.ShouldBe(Start);
        (await _ledger.ByRecipientAsync("eve@example.org", Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
        (await _ledger.ByBatchAsync("b1", Cancellation).ToListAsync(Cancellation)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Gives_a_job_to_one_of_many_that_receive_it_at_once()
    {
        var receptions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _ledger.ReceiveAsync(Receipt(), Cancellation)));

        receptions.Count(reception => reception.Outcome == ReceptionOutcome.New).ShouldBe(1);
        receptions.Count(reception => reception.Outcome == ReceptionOutcome.Repeated).ShouldBe(7);
    }

    [Fact]
    public async Task Records_an_unreadable_job_in_its_end()
    {
        var receipt = new EndedReceipt
        {
            Key = new StatementKey("unreadable", "0f1e2d3c"),
            JobSha256 = "cc",
            State = StatementState.Failed,
            Code = FailureCode.UnreadableJob,
            Detail = "not JSON",
        };

        var first = await _ledger.RecordEndedAsync(receipt, Cancellation);
        var again = await _ledger.RecordEndedAsync(receipt, Cancellation);

        first.Outcome.ShouldBe(ReceptionOutcome.New);
        again.Outcome.ShouldBe(ReceptionOutcome.Repeated);
        again.Row.ShouldSatisfyAllConditions(
            () => again.Row.State.ShouldBe(StatementState.Failed),
            () => again.Row.Code.ShouldBe(FailureCode.UnreadableJob),
            () => again.Row.Detail.ShouldBe("not JSON"),
            () => again.Row.Issuer.ShouldBeNull(),
            () => again.Row.Kind.ShouldBeNull());
    }

    [Fact]
    public async Task Refuses_to_record_a_job_that_was_never_received_as_relayed() =>
        await Should.ThrowAsync<ArgumentException>(() => _ledger.RecordEndedAsync(
            new EndedReceipt { Key = new StatementKey("b1", "j1"), JobSha256 = "cc", State = StatementState.Relayed, Detail = "" }, Cancellation));

    [Fact]
    public async Task Writes_all_of_a_row_and_reads_it_back()
    {
        var row = (await _ledger.ReceiveAsync(Receipt(), Cancellation)).Row;
        _time.Advance(TimeSpan.FromMinutes(1));

        var sealedRow = await _ledger.MoveAsync(
            row with
            {
                SealedSha256 = "ee",
                Encrypted = true,
                EncryptedTo = ["11", "22"],
                MessageId = "m@example.org",
                Repaired = "PDF damaged at byte 9",
                RejectedCertificates = "33 Expired (table)",
                Timestamp = Start.AddSeconds(3),
            },
            StatementState.Sealed,
            Cancellation);
        var submitting = await _ledger.MoveAsync(
            sealedRow with { Attempts = 1, LeaseUntil = Start.AddMinutes(5) }, StatementState.Submitting, Cancellation);
        await _ledger.MoveAsync(
            submitting with { RelayReply = "451 4.7.1", NextAttempt = Start.AddHours(1), Detail = "later" }, StatementState.Deferred, Cancellation);

        var read = (await _ledger.FindAsync(row.Key, Cancellation)).ShouldNotBeNull();
        read.ShouldSatisfyAllConditions(
            () => read.State.ShouldBe(StatementState.Deferred),
            () => read.SealedSha256.ShouldBe("ee"),
            () => read.Encrypted.ShouldBe(true),
            () => read.EncryptedTo.ShouldBe(["11", "22"]),
            () => read.MessageId.ShouldBe("m@example.org"),
            () => read.Repaired.ShouldBe("PDF damaged at byte 9"),
            () => read.RejectedCertificates.ShouldBe("33 Expired (table)"),
            () => read.Timestamp.ShouldBe(Start.AddSeconds(3)),
            () => read.Attempts.ShouldBe(1),
            () => read.RelayReply.ShouldBe("451 4.7.1"),
            () => read.NextAttempt.ShouldBe(Start.AddHours(1)),
            () => read.LeaseUntil.ShouldBeNull(),
            () => read.Detail.ShouldBe("later"),
            () => read.Received.ShouldBe(Start),
            () => read.Updated.ShouldBe(Start.AddMinutes(1)));
    }

    [Fact]
    public async Task Finds_by_batch_state_and_recipient()
    {
        await SealedAsync("b1", "j1", "bob@example.org");
        await SealedAsync("b1", "j2", "eve@example.org");
        await _ledger.ReceiveAsync(Receipt("b1", "j3", "BOB@example.org"), Cancellation);
        await SealedAsync("b2", "j1", "bob@example.org");

        var batch = await _ledger.ByBatchAsync("b1", Cancellation).Select(row => row.Job).ToListAsync(Cancellation);
        var state = await _ledger.ByStateAsync(StatementState.Sealed, Cancellation).Select(row => row.Key.ToString()).ToListAsync(Cancellation);
        var recipient = await _ledger.ByRecipientAsync("Bob@Example.org", Cancellation).Select(row => row.Key.ToString()).ToListAsync(Cancellation);

        batch.ShouldBe(["j1", "j2", "j3"]);
        state.ShouldBe(["b1/j1", "b1/j2", "b2/j1"], ignoreOrder: true);
        recipient.ShouldBe(["b1/j1", "b1/j3", "b2/j1"]);
    }

    [Fact]
    public async Task An_index_entry_without_a_row_is_harmless()
    {
        var row = (await _ledger.ReceiveAsync(Receipt(), Cancellation)).Row;
        await _tables.GetTableClient(StorageNames.Ledger).DeleteEntityAsync(row.Batch, row.Job, cancellationToken: Cancellation);

        (await _ledger.ByRecipientAsync("bob@example.org", Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
        (await _ledger.ReceiveAsync(Receipt(), Cancellation)).Outcome.ShouldBe(ReceptionOutcome.New);
    }

    [Fact]
    public async Task Cuts_a_detail_that_is_too_long()
    {
        var row = await SealedAsync();

        await _ledger.MoveAsync(row with { Detail = new string('x', 40_000) }, StatementState.Expired, Cancellation);

        (await _ledger.FindAsync(row.Key, Cancellation))!.Detail!.Length.ShouldBe(1000);
    }
}
