using System.Text;
using Azure.Storage.Blobs;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Intake;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Cli.Seal;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Submit;

/// <summary>Manifests and folders.</summary>
public sealed class SubmitBatchTests(AzuriteFixture azurite) : SubmitCommandBench(azurite)
{
    [Fact]
    public async Task A_folder_with_CSV_mapping_and_documents_is_submitted_and_given_again_sends_nothing_twice()
    {
        var folder = _folder.Write("october/october.csv", "Id,To,File\n1,jana@example.test,a.pdf\n2,petr@example.test,b.pdf\n");
        _folder.Write("october/mapping.json", """{"version":1,"columns":{"Id":"id","To":"recipient.email","File":"document.blob"},"constants":{"issuer":"northbank","kind":"statement","document.name":"October.pdf"}}""");
        _folder.Write("october/a.pdf", "%PDF-1.7 a");
        _folder.Write("october/b.pdf", "%PDF-1.7 b");
        string[] command = ["submit", "--settings", _settings, Path.GetDirectoryName(folder)!, "--batch", "2026-10", "--json"];

        // As after an interruption: one document is there, and nothing was ordered.
        await Documents.GetBlobClient("a.pdf").UploadAsync(BinaryData.FromString("%PDF-1.7 a"), Cancelled);
        var first = await CommandRun.OfAsync(command);
        var written = (await Documents.GetBlobClient("b.pdf").GetPropertiesAsync(cancellationToken: Cancelled)).Value.ETag;
        var second = await CommandRun.OfAsync(command);

        (first.ExitCode, second.ExitCode).ShouldBe((0, 0), first.Error + second.Error);
        (await Queue(StorageNames.Batches).GetPropertiesAsync(Cancelled)).Value.ApproximateMessagesCount.ShouldBe(1);
        (await Documents.GetBlobClient("b.pdf").GetPropertiesAsync(cancellationToken: Cancelled)).Value.ETag.ShouldBe(written);
        var order = BatchOrder.Read((await ReceiveAsync(StorageNames.Batches)).Body);
        var jobs = (await BlobAsync(order.Manifest)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new JobReader().Read(BinaryData.FromString(line))).ToList();
        jobs.Select(job => (job.Id, job.Recipient.Address, job.Document!.Sha256)).ShouldBe(
            [("1", "jana@example.test", Hash("%PDF-1.7 a")), ("2", "petr@example.test", Hash("%PDF-1.7 b"))]);
    }

    [Fact]
    public async Task Names_row_column_and_fix_of_every_bad_row_of_CSV_and_submits_nothing()
    {
        var manifest = _folder.Write("october/october.csv", """
            Id,To,File
            1,jana@example.test,a.pdf
            2,petr@example.test

            3,petr@,a.pdf
            4,petr@example.test,none.pdf
            """.ReplaceLineEndings("\n") + "\n5,a@example.test,a.pdf\r6,b@example.test,a.pdf\n");
        _folder.Write("october/mapping.json", """{"version":1,"columns":{"Id":"id","To":"recipient.email","File":"document.blob"},"constants":{"issuer":"northbank","kind":"statement","document.name":"October.pdf"}}""");
        _folder.Write("october/a.pdf", "%PDF-1.7 a");

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, Path.GetDirectoryName(manifest)!);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith("mesign: nothing was submitted: october.csv, row 3, UnreadableJob: has 2 cells, the header 3: put cells that hold , in quotes; ");
        run.Error.ShouldContain("; october.csv, row 5, column \"To\", InvalidAddress: recipient.email is not an address: nothing after the @; ");
        run.Error.ShouldContain("; october.csv, row 6, names none.pdf, which is not in ");
        run.Error.ShouldContain("; october.csv, row 7, UnreadableJob: holds a carriage return outside quotes: ");
        run.Error.ShouldNotContain("row 2,");
        await ShouldHaveSubmittedNothingAsync();
    }

    [Fact]
    public async Task Ordering_leaves_the_manifest_as_a_worker_that_expands_it_by_now_has_read_it()
    {
        var documents = new DocumentUpload(new BlobServiceClient(_connection));
        using var manifest = new MemoryStream("{}\n"u8.ToArray());
        await documents.PutAsync("2026-10/manifest.jsonl", manifest, "application/jsonl", Cancelled);
        var read = (await Documents.GetBlobClient("2026-10/manifest.jsonl").GetPropertiesAsync(cancellationToken: Cancelled)).Value.ETag;
        (await documents.WasOrderedAsync("2026-10/manifest.jsonl", Cancelled)).ShouldBeFalse();

        await documents.MarkOrderedAsync("2026-10/manifest.jsonl", Cancelled);

        (await documents.WasOrderedAsync("2026-10/manifest.jsonl", Cancelled)).ShouldBeTrue();
        (await Documents.GetBlobClient("2026-10/manifest.jsonl").GetPropertiesAsync(cancellationToken: Cancelled)).Value.ETag.ShouldBe(read);
    }

    [Fact]
    public async Task Orders_a_batch_and_uploads_what_its_lines_name()
    {
        _folder.Write("pdf/1.pdf", "%PDF-1.7 one");
        _folder.Write("pdf/2026-10/2.pdf", "%PDF-1.7 two");
        var manifest = _folder.Write("2026-10.jsonl", """
            {"version":1,"id":"1","issuer":"northbank","kind":"statement","recipient":{"email":"a@example.test"},"document":{"blob":"2026-10/1.pdf"}}

            {"version":1,"id":"2","issuer":"northbank","kind":"statement","recipient":{"email":"b@example.test"},"document":{"blob":"2026-10/2.pdf","name":"Two.pdf"}}
            {"version":1,"id":"3","issuer":"northbank","kind":"code","recipient":{"email":"c@example.test"},"fields":{"code":"481 516"}}
            """);

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, "--manifest", manifest, "--documents", _folder.PathOf("pdf"));

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Batch 2026-10 with 3 jobs");
        var order = Encoding.UTF8.GetString(Convert.FromBase64String((await ReceiveAsync(StorageNames.Batches)).Body.ToString()));
        order.ShouldBe("""{"version":1,"batch":"2026-10","manifest":"2026-10/manifest.jsonl"}""");
        var lines = (await BlobAsync("2026-10/manifest.jsonl")).TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(3);
        lines.Take(2).Select(line => new JobReader().Read(BinaryData.FromString(line)).Document!.Sha256).ShouldBe([Hash("%PDF-1.7 one"), Hash("%PDF-1.7 two")]);
        (await BlobAsync("2026-10/2.pdf")).ShouldBe("%PDF-1.7 two");
    }

    [Fact]
    public async Task A_manifest_without_documents_goes_up_line_by_line_as_it_is()
    {
        // What is wrong in it becomes a recorded outcome, which is what the bank wants to see.
        var manifest = _folder.Write("odd.jsonl", "not json\r\n{ \"version\" : 1 }\r\n");

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, "--manifest", manifest);

        run.ExitCode.ShouldBe(0, run.Error);
        (await BlobAsync("odd/manifest.jsonl")).ShouldBe("not json\n{ \"version\" : 1 }\n");
    }

    [Fact]
    public async Task A_document_that_is_not_in_the_folder_stops_the_batch()
    {
        _folder.Write("pdf/1.pdf", "%PDF-1.7 one");
        _folder.Write("secret.pdf", "%PDF-1.7 outside");
        var manifest = _folder.Write("b.jsonl", """{"id":"1","document":{"blob":"../secret.pdf"}}""");

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, "--manifest", manifest, "--documents", _folder.PathOf("pdf"));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("b.jsonl, line 1, names ../secret.pdf");
        await ShouldHaveSubmittedNothingAsync();
    }

    [Fact]
    public async Task Names_every_line_of_a_batch_whose_template_would_fail()
    {
        await using var files = await SealedFiles.StartAsync();
        var manifest = _folder.Write("b.jsonl", """
            {"version":1,"id":"1","issuer":"northbank","kind":"code","recipient":{"email":"a@example.test"},"fields":{"code":"1","purpose":"sign in"}}
            {"version":1,"id":"2","issuer":"northbank","kind":"code","recipient":{"email":"a@example.test"},"fields":{"purpose":"sign in"}}
            {"version":1,"id":"3","issuer":"elsewhere","kind":"code","recipient":{"email":"a@example.test"}}
            not json
            {"version":1,"id":"4","issuer":"northbank","kind":"code","recipient":{"email":"a@example.test"},"template":"none"}
            """);

        var run = await CommandRun.OfAsync("submit", "--settings", IssuerSettings(files), "--manifest", manifest);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("b.jsonl, line 2, TemplateFailed: template code/en.");
        run.Error.ShouldContain("b.jsonl, line 5, TemplateNotFound: the issuer has no template none");
        run.Error.ShouldNotContain("line 1,");
        run.Error.ShouldNotContain("line 3,");
        await ShouldHaveSubmittedNothingAsync();
    }
}
