using Azure.Storage.Blobs;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>Blobs of no statement go when they are old; whatever is, or may yet be, somebody's stays.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class UnclaimedBlobTests(SandboxFixture fixture)
{
    private const string Documents = "MeSign:Sweep:UnclaimedDocumentsAfter";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_finished_message_that_no_row_knows_goes_after_thirty_days_and_is_counted()
    {
        await using var run = await fixture.StartAsync();
        using var counted = new CountedRepairs(run);
        await run.SendAsync(TestJob.For(SandboxFixture.Ec));
        await run.WorkAsync(StorageNames.Jobs);
        var sealedMessages = run.Blobs.GetBlobContainerClient(StorageNames.Sealed);
        await UploadAsync(sealedMessages, "2026-10/orphan.eml");
        await UploadAsync(sealedMessages, "notes.txt");
        // Its worker died with the message written and its row not, and the queue gave up on it.
        await run.Ledger.RecordEndedAsync(new EndedReceipt { Key = new StatementKey("2026-10", "given-up"), JobSha256 = new string('0', 64), State = StatementState.Abandoned, Detail = "gave up" }, Cancellation);
        await UploadAsync(sealedMessages, "2026-10/given-up.eml");

        run.Time.Advance(TimeSpan.FromDays(29));
        await run.Pipeline.SweepAsync(Cancellation);
        (await NamesAsync(sealedMessages)).ShouldBe(["2026-10/given-up.eml", "2026-10/job-1.eml", "2026-10/orphan.eml", "notes.txt"]);

        run.Time.Advance(TimeSpan.FromDays(2));
        await run.Pipeline.SweepAsync(Cancellation);
        (await NamesAsync(sealedMessages)).ShouldBe(["2026-10/job-1.eml", "notes.txt"], "what is not called as ours is not ours");
        counted.Kinds.Count(kind => kind == "unclaimed-message").ShouldBe(2);
        run.Logs.Lines.ShouldContain(line => Equals(line.Values.GetValueOrDefault("Kind"), "unclaimed-message"));
    }

    [Fact]
    public async Task A_document_that_no_job_names_goes_after_the_set_time_and_all_others_stay()
    {
        await using var run = await fixture.StartAsync((Documents, "90.00:00:00"));
        await run.SendAsync(TestJob.For(SandboxFixture.Ec, "relayed"));
        await run.SealAndDeliverAsync();
        var abandoned = TestJob.For(SandboxFixture.Ec, "abandoned");
        await abandoned.UploadAsync(run.Documents);
        await run.Queue(StorageNames.Jobs + StorageNames.PoisonSuffix).SendMessageAsync(abandoned.Json, Cancellation);
        await run.WorkAsync(StorageNames.Jobs + StorageNames.PoisonSuffix);
        await run.Documents.GetBlobClient("october.jsonl").UploadAsync(BinaryData.FromString(TestJob.For(SandboxFixture.Ec, "line").Json), Cancellation);
        await TestJob.For(SandboxFixture.Ec, "line").UploadAsync(run.Documents);
        await run.Queue(StorageNames.Batches).SendMessageAsync("""{"version":1,"batch":"2026-10","manifest":"october.jsonl"}""", Cancellation);
        await run.WorkAsync(StorageNames.Batches);
        await UploadAsync(run.Documents, "forgotten.pdf");

        run.Time.Advance(TimeSpan.FromDays(89));
        await run.Pipeline.SweepAsync(Cancellation);
        (await NamesAsync(run.Documents)).ShouldContain("forgotten.pdf");

        run.Time.Advance(TimeSpan.FromDays(2));
        await run.Pipeline.SweepAsync(Cancellation);
        (await NamesAsync(run.Documents)).ShouldBe(["abandoned.pdf", "line.pdf", "october.jsonl", "relayed.pdf"]);
    }

    [Fact]
    public async Task The_document_of_a_job_refused_for_a_taken_id_goes_and_that_of_the_first_stays()
    {
        await using var run = await fixture.StartAsync((Documents, "90.00:00:00"));
        var first = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(first);
        await run.SealAndDeliverAsync();
        foreach (var blob in new[] { "second.pdf", "job-1.pdf" })
        {
            await run.SendAsync(TestJob.For(SandboxFixture.Rsa).With(body => body["document"]!["blob"] = blob));
            await run.WorkAsync(StorageNames.Jobs);
        }

        var third = TestJob.For(SandboxFixture.Rsa).With(body => body["document"]!["blob"] = "third.pdf");
        await third.UploadAsync(run.Documents);
        await run.Queue(StorageNames.Jobs + StorageNames.PoisonSuffix).SendMessageAsync(third.Json, Cancellation);
        await run.WorkAsync(StorageNames.Jobs + StorageNames.PoisonSuffix);
        (await NamesAsync(run.Documents)).ShouldBe(["job-1.pdf", "second.pdf", "third.pdf"]);

        run.Time.Advance(TimeSpan.FromDays(91));
        await run.Pipeline.SweepAsync(Cancellation);

        (await NamesAsync(run.Documents)).ShouldBe(["job-1.pdf"]);
    }

    [Fact]
    public async Task No_document_goes_while_a_manifest_is_not_read_to_its_end()
    {
        await using var run = await fixture.StartAsync((Documents, "90.00:00:00"));
        await UploadAsync(run.Documents, "waiting.pdf");
        await run.Part<BatchRegister>().BeginAsync("2026-11", "place", new BatchPart("november.jsonl", null, null), Cancellation);

        run.Time.Advance(TimeSpan.FromDays(100));
        await run.Pipeline.SweepAsync(Cancellation);

        (await NamesAsync(run.Documents)).ShouldBe(["waiting.pdf"]);
    }

    [Fact]
    public async Task Documents_are_the_banks_unless_a_setting_says_otherwise()
    {
        await using var run = await fixture.StartAsync();
        await UploadAsync(run.Documents, "archive.pdf");

        run.Time.Advance(TimeSpan.FromDays(500));
        await run.Pipeline.SweepAsync(Cancellation);

        (await NamesAsync(run.Documents)).ShouldBe(["archive.pdf"]);
    }

    private static async Task UploadAsync(BlobContainerClient container, string name) =>
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromString("something"), Cancellation);

    private static async Task<IReadOnlyList<string>> NamesAsync(BlobContainerClient container) =>
        await container.GetBlobsAsync(cancellationToken: Cancellation).Select(blob => blob.Name).ToListAsync(Cancellation);
}
