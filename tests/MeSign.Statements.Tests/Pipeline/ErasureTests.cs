using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What is not to be kept goes, what has not ended stays, and the proof holds.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class ErasureTests(SandboxFixture fixture)
{
    private const string Retention = $"MeSign:Issuers:{RunningSandbox.IssuerId}:Retention";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_messages_and_rows_go_by_age_and_what_has_not_ended_stays()
    {
        await using var run = await fixture.StartAsync(($"{Retention}:Documents", "10.00:00:00"), ($"{Retention}:Messages", "20.00:00:00"), ($"{Retention}:Rows", "30.00:00:00"));
        var sent = TestJob.For(SandboxFixture.Ec, "sent");
        await run.SendAsync(sent);
        await run.SealAndDeliverAsync();
        var held = TestJob.For(SandboxFixture.Nobody, "held", encryption: "required").With(body => body["expires"] = "2099-01-01T00:00:00Z");
        await run.SendAsync(held);
        await run.WorkAsync(StorageNames.Jobs);

        await SweepAfterAsync(run, TimeSpan.FromDays(9));
        (await HasAsync(run, sent)).ShouldBe((true, true));

        await SweepAfterAsync(run, TimeSpan.FromDays(2));
        (await HasAsync(run, sent)).ShouldBe((false, true));

        await SweepAfterAsync(run, TimeSpan.FromDays(10));
        (await HasAsync(run, sent)).ShouldBe((false, false));
        (await run.RowAsync(sent)).RecipientHash.ShouldNotBeNull();

        await SweepAfterAsync(run, TimeSpan.FromDays(10));
        var row = await run.RowAsync(sent);
        row.ShouldSatisfyAllConditions(
            () => row.State.ShouldBe(StatementState.Relayed),
            () => row.DocumentSha256.ShouldNotBeNull(),
            () => row.SealedSha256.ShouldNotBeNull(),
            () => (row.Issuer, row.RecipientHash, row.RecipientAddress, row.MessageId).ShouldBe((null, null, null, null)),
            () => row.History[^1].Note.ShouldBe("removed by age"));
        (await run.RowAsync(held)).State.ShouldBe(StatementState.Held);
        (await HasAsync(run, held)).Document.ShouldBeTrue();
        run.Logs.Lines.ShouldContain(line => line.Text.Contains("1 removed by age of the kind Row"));
        await ShouldBeIntactAsync(run);

        var before = row.ETag;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => run.Pipeline.SweepAsync(Cancellation)));
        (await run.RowAsync(sent)).ETag.ShouldBe(before, "nothing is removed twice");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_statement_that_is_just_sent_again_keeps_its_message(bool byPerson)
    {
        await using var run = await fixture.StartAsync(($"{Retention}:Messages", "10.00:00:00"));
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        await run.Ledger.MoveAsync(await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow() }, StatementState.Submitting, Cancellation);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        await SweepAfterAsync(run, TimeSpan.FromMinutes(10));
        run.Time.Advance(TimeSpan.FromDays(11));

        // It is read as due; by the time that its message is to be forgotten, somebody has decided about it.
        using var decided = new ManualResetEventSlim();
        run.BeforeTableWrite = () =>
        {
            run.BeforeTableWrite = null;
            _ = Task.Run(async () =>
            {
                await run.Part<Decisions>().ResendAsync(await run.RowAsync(job), "an operator", Cancellation);
                decided.Set();
            });
            decided.Wait(Cancellation);
        };
        if (byPerson)
            (await run.Part<Erasure>().EraseAsync(SandboxFixture.Ec, "data protection", Cancellation)).OnTheWay.ShouldHaveSingleItem().ShouldBe(job.Key);
        else
            await run.Pipeline.SweepAsync(Cancellation);

        decided.IsSet.ShouldBeTrue();
        (await HasAsync(run, job)).ShouldBe((true, true));
        await run.WorkAsync(StorageNames.Deliveries);
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_that_was_abandoned_before_it_was_received_goes_as_any_other(bool byPerson)
    {
        await using var run = await fixture.StartAsync(($"{Retention}:Documents", "10.00:00:00"), ($"{Retention}:Messages", "10.00:00:00"), ($"{Retention}:Rows", "10.00:00:00"));
        var job = await run.AbandonedAsync();
        (await run.Part<HeldJobs>().FindAsync(job.Key.Batch, job.Key.Job, Cancellation)).ShouldNotBeNull();

        if (byPerson)
            (await run.Part<Erasure>().EraseAsync(SandboxFixture.Ec, "data protection", Cancellation)).Erased.ShouldBe(1);
        else
            await SweepAfterAsync(run, TimeSpan.FromDays(11));

        (await run.Part<HeldJobs>().FindAsync(job.Key.Batch, job.Key.Job, Cancellation)).ShouldBeNull("it names its recipient");
        (await HasAsync(run, job)).Document.ShouldBeFalse();
        (await run.RowAsync(job)).RecipientHash.ShouldBeNull();
        (await run.Part<Decisions>().RetryAsync(await run.RowAsync(job), "an operator", Cancellation)).ShouldBeFalse();
        await ShouldBeIntactAsync(run);
    }

    [Fact]
    public async Task A_recipient_is_erased_everywhere_but_in_the_proof()
    {
        await using var run = await fixture.StartAsync();
        var (one, other, rosa) = (TestJob.For(SandboxFixture.Ec, "one"), TestJob.For(SandboxFixture.Ec, "other"), TestJob.For(SandboxFixture.Rsa, "rosa"));
        foreach (var job in new[] { one, rosa })
        {
            await run.SendAsync(job);
            await run.SealAndDeliverAsync();
        }

        await run.SendAsync(other);
        await run.WorkAsync(StorageNames.Jobs);

        var (erased, onTheWay) = await run.Part<Erasure>().EraseAsync(SandboxFixture.Ec.ToUpperInvariant(), "data protection", Cancellation);

        (erased, onTheWay.ShouldHaveSingleItem()).ShouldBe((1, other.Key));
        var row = await run.RowAsync(one);
        row.ShouldSatisfyAllConditions(
            () => (row.State, row.RecipientHash, row.RecipientAddress, row.PersonSalt).ShouldBe((StatementState.Relayed, null, null, null)),
            () => row.EncryptedTo.ShouldBeEmpty(),
            () => row.Person.ShouldNotBeNull(),
            () => row.History[^1].Note.ShouldBe("recipient erased by data protection"));
        (await HasAsync(run, one)).ShouldBe((false, false));
        (await HasAsync(run, rosa)).ShouldBe((true, true));
        (await run.Ledger.ByRecipientAsync(SandboxFixture.Ec, Cancellation).ToListAsync(Cancellation)).ShouldHaveSingleItem().Job.ShouldBe("other");
        await ShouldBeIntactAsync(run);

        await run.WorkAsync(StorageNames.Deliveries);
        (await run.Part<Erasure>().EraseAsync(SandboxFixture.Ec, "data protection", Cancellation)).Erased.ShouldBe(1);
        await ShouldBeIntactAsync(run);
    }

    [Fact]
    public async Task The_reason_of_a_failure_that_names_the_person_s_document_is_erased()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec).With(body => body["document"]!["blob"] = "novakova-CZ6508000000192000145399.pdf").WithoutBlob();
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        (await run.RowAsync(job)).Detail!.ShouldContain("novakova");

        (await run.Part<Erasure>().EraseAsync(SandboxFixture.Ec, "data protection", Cancellation)).Erased.ShouldBe(1);

        (await run.RowAsync(job)).ShouldSatisfyAllConditions(row => row.Code.ShouldBe(FailureCode.DocumentNotFound), row => row.Detail.ShouldBeNull());
        await ShouldBeIntactAsync(run);
    }

    [Theory]
    [InlineData("issuer", "other-bank", FailureCode.UnknownIssuer, false)]
    [InlineData("encryption", "never", FailureCode.EncryptionNotAllowed, false)]
    [InlineData("encryption", "never", FailureCode.EncryptionNotAllowed, true)]
    public async Task A_job_that_was_refused_is_erased_with_its_document(string field, string value, FailureCode code, bool isLine)
    {
        await using var run = await fixture.StartAsync(($"MeSign:Issuers:{RunningSandbox.IssuerId}:WeakestEncryption", "Preferred"));
        var job = TestJob.For(SandboxFixture.Ec).With(body => body[field] = value);
        if (isLine)
        {
            await job.UploadAsync(run.Documents);
            await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(job.Json), Cancellation);
            await run.Queue(StorageNames.Batches).SendMessageAsync("""{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""", Cancellation);
            await run.WorkAsync(StorageNames.Batches);
        }
        else
        {
            await run.SendAsync(job);
            await run.WorkAsync(StorageNames.Jobs);
        }

        (await run.RowAsync(job)).Code.ShouldBe(code);

        (await run.Part<Erasure>().EraseAsync(SandboxFixture.Ec, "data protection", Cancellation)).Erased.ShouldBe(1);

        (await HasAsync(run, job)).Document.ShouldBeFalse();
        (await run.RowAsync(job)).ShouldSatisfyAllConditions(row => row.RecipientHash.ShouldBeNull(), row => row.DocumentBlob.ShouldBeNull());
        await ShouldBeIntactAsync(run);
    }

    private static async Task SweepAfterAsync(PipelineRun run, TimeSpan time)
    {
        run.Time.Advance(time);
        await run.Pipeline.SweepAsync(Cancellation);
    }

    private static async Task<(bool Document, bool Message)> HasAsync(PipelineRun run, TestJob job) => (
        (await run.Documents.GetBlobClient($"{job.Key.Job}.pdf").ExistsAsync(Cancellation)).Value,
        await run.Part<Outbox>().FindAsync(job.Key, Cancellation) is not null);

    private static async Task ShouldBeIntactAsync(PipelineRun run) => (await run.Part<LedgerAudit>().RunAsync("2026-10", Cancellation)).Faults.ShouldBeEmpty();
}
