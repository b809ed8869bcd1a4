using System.Text;
using Azure.Storage.Blobs;
using MeSign.Statements.Intake;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Intake;

public sealed class BatchManifestTests(AzuriteFixture azurite)
{
    private static readonly BatchOrder Order = new("2026-10", "2026-10/manifest.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Makes_a_job_of_each_line_with_the_batch_of_the_order()
    {
        var manifest = await ManifestAsync(Line("1") + "\n" + Line("2", "2026-10") + "\r\n\r\n  \n" + Line("3"));

        var chunk = await manifest.ReadAsync(Order, Cancellation);

        chunk.Continuation.ShouldBeNull();
        chunk.Lines.Select(line => (line.Number, line.Identity)).ShouldBe(
        [
            (1, new JobIdentity("2026-10", "1", "northbank")),
            (2, new JobIdentity("2026-10", "2", "northbank")),
            (5, new JobIdentity("2026-10", "3", "northbank")),
        ]);
        var jobs = chunk.Lines.Select(line => new JobReader().Read(line.Job!)).ToList();
        jobs.Select(job => (job.Batch, job.Id)).ShouldBe([("2026-10", "1"), ("2026-10", "2"), ("2026-10", "3")]);
    }

    [Fact]
    public async Task Goes_on_where_it_stopped_until_every_line_was_read_once()
    {
        var ids = Enumerable.Range(1, 1003).Select(i => $"{i:0000}").ToList();
        var manifest = await ManifestAsync(string.Join('\n', ids.Select(id => Line(id, field: new string('ř', 400)))) + "\n", linesPerChunk: 100);

        var seen = new List<string>();
        var chunks = 0;
        for (var order = Order; order is not null; chunks++)
        {
            var chunk = await manifest.ReadAsync(order, Cancellation);
            seen.AddRange(chunk.Lines.Select(line => line.Identity.Job));
            order = chunk.Continuation is null ? null : BatchOrder.Read(chunk.Continuation.ToJson());
        }

        seen.ShouldBe(ids);
        chunks.ShouldBe(11);
    }

    [Fact]
    public async Task Reads_the_same_lines_under_the_same_names_when_a_chunk_is_repeated()
    {
        var manifest = await ManifestAsync(string.Join('\n', Line("1"), "not JSON", Line("3"), "{}", Line("5")), linesPerChunk: 2);

        var first = await manifest.ReadAsync(Order, Cancellation);
        var second = await manifest.ReadAsync(first.Continuation!, Cancellation);
        var again = await manifest.ReadAsync(first.Continuation!, Cancellation);

        again.Lines.Select(line => (line.Number, line.Identity)).ShouldBe(second.Lines.Select(line => (line.Number, line.Identity)));
        second.Lines.Select(line => line.Number).ShouldBe([3, 4]);
    }

    [Fact]
    public async Task Refuses_bad_lines_one_by_one_and_reads_on()
    {
        var good = Line("1");
        var manifest = await ManifestAsync(string.Join('\n',
            good,
            "not JSON",
            Line("2", "2026-09"),
            """{"version":1}""",
            """{"id":"a/b"}""",
            """{"id":"3","id":"4"}""",
            Line("9")));

        var chunk = await manifest.ReadAsync(Order, Cancellation);

        var at = Encoding.UTF8.GetByteCount(good) + 1;
        chunk.Lines.Select(line => line.Refusal?.Code).ShouldBe(
            [null, FailureCode.UnreadableJob, FailureCode.InvalidField, FailureCode.MissingField, FailureCode.InvalidField, FailureCode.InvalidField, null]);
        chunk.Lines[1].Identity.ShouldBe(new JobIdentity("2026-10", $"{Order.ManifestId}-byte-{at}", null));
        chunk.Lines[1].Refusal!.Detail.ShouldBe($"line 2 (byte {at}) of the manifest: the job is not JSON: the fault is in line 1, byte 2");
        chunk.Lines[2].Refusal!.Detail.ShouldBe(
            $"line 3 (byte {at + 9}) of the manifest: batch \"2026-09\" is not the order's \"2026-10\": leave it out, or put the line in its own manifest");
        chunk.Lines[2].Identity.Job.ShouldBe($"{Order.ManifestId}-byte-{at + 9}");
        chunk.Lines[6].Identity.Job.ShouldBe("9");
        chunk.Lines.Where(line => line.Refusal is not null).ShouldAllBe(line => line.Job == null);
    }

    [Fact]
    public async Task Refuses_lines_too_long_to_be_jobs_without_holding_them()
    {
        var limit = 48 * 1024;
        var fits = Line("2", "2026-10", field: new string('x', limit - Line("2", "2026-10", field: "").Length));
        var fitsOnlyWithoutItsBatch = Line("3", field: new string('x', limit - Line("3", field: "").Length));
        var manifest = await ManifestAsync(string.Join('\n', new string('y', 3_000_000), fits, fitsOnlyWithoutItsBatch, fits + " ", Line("5")));

        var chunk = await manifest.ReadAsync(Order, Cancellation);

        chunk.Lines.Select(line => line.Refusal?.Code).ShouldBe(
            [FailureCode.OversizedField, null, FailureCode.OversizedField, FailureCode.OversizedField, null]);
        chunk.Lines[0].Refusal!.Detail.ShouldBe("line 1 (byte 0) of the manifest: a job is at most 49,152 bytes");
        chunk.Lines[1].Job!.ToMemory().Length.ShouldBe(limit);
        chunk.Lines[4].Identity.Job.ShouldBe("5");
    }

    [Fact]
    public async Task Passes_over_a_byte_order_mark()
    {
        var manifest = await ManifestAsync("\uFEFF" + Line("1"));

        var chunk = await manifest.ReadAsync(Order, Cancellation);

        chunk.Lines.Single().Identity.Job.ShouldBe("1");
        new JobReader().Read(chunk.Lines.Single().Job!).Id.ShouldBe("1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    public async Task Ends_an_empty_manifest_without_a_line(string content)
    {
        var manifest = await ManifestAsync(content);

        var chunk = await manifest.ReadAsync(Order, Cancellation);

        chunk.Lines.ShouldBeEmpty();
        chunk.Continuation.ShouldBeNull();
    }

    [Fact]
    public async Task Stops_between_lines_of_a_manifest_full_of_nothing()
    {
        var manifest = await ManifestAsync(new string('\n', 9 * 1024 * 1024) + Line("1"));

        var first = await manifest.ReadAsync(Order, Cancellation);
        var second = await manifest.ReadAsync(first.Continuation!, Cancellation);

        first.Lines.ShouldBeEmpty();
        second.Lines.Single().Number.ShouldBe(9 * 1024 * 1024 + 1);
    }

    [Fact]
    public async Task Refuses_a_manifest_that_does_not_exist()
    {
        var manifest = await ManifestAsync("");

        var failure = await Should.ThrowAsync<StatementFailedException>(manifest.ReadAsync(Order with { Manifest = "other.jsonl" }, Cancellation));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.ManifestNotFound, "manifest \"other.jsonl\" does not exist: upload it before its order is sent"));
    }

    [Fact]
    public async Task Refuses_to_go_on_in_a_manifest_that_was_replaced()
    {
        var blobs = await BlobsAsync(Line("1") + "\n" + Line("2"));
        var manifest = Manifest(blobs, linesPerChunk: 1);
        var first = await manifest.ReadAsync(Order, Cancellation);
        await blobs.GetBlobContainerClient("statements").GetBlobClient(Order.Manifest).UploadAsync(BinaryData.FromString(Line("7") + "\n" + Line("8")), overwrite: true, Cancellation);

        var failure = await Should.ThrowAsync<StatementFailedException>(manifest.ReadAsync(first.Continuation!, Cancellation));

        failure.Code.ShouldBe(FailureCode.ManifestChanged);
    }

    [Fact]
    public async Task Refuses_a_place_behind_the_end()
    {
        var manifest = await ManifestAsync(Line("1"));

        var failure = await Should.ThrowAsync<StatementFailedException>(manifest.ReadAsync(Order with { From = 5000 }, Cancellation));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.InvalidField, "from 5000 is not inside the manifest"));
    }

    private async Task<BatchManifest> ManifestAsync(string content, int linesPerChunk = 500) => Manifest(await BlobsAsync(content), linesPerChunk);

    private async Task<BlobServiceClient> BlobsAsync(string content)
    {
        var blobs = new BlobServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        var container = blobs.GetBlobContainerClient("statements");
        await container.CreateIfNotExistsAsync(cancellationToken: Cancellation);
        await container.UploadBlobAsync(Order.Manifest, BinaryData.FromString(content), Cancellation);
        return blobs;
    }

    private static BatchManifest Manifest(BlobServiceClient blobs, int linesPerChunk) =>
        new(blobs, Options.Create(new IntakeOptions { LinesPerChunk = linesPerChunk }));

    private static string Line(string id, string? batch = null, string? field = null)
    {
        var batchMember = batch is null ? "" : $"\"batch\":\"{batch}\",";
        var fields = field is null ? "" : $",\"fields\":{{\"a\":\"{field}\"}}";
        return $$"""{"version":1,{{batchMember}}"id":"{{id}}","issuer":"northbank","kind":"code","recipient":{"email":"a@b.test"}{{fields}}}""";
    }
}
