using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Intake;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Cli.Seal;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Cli.Submit;

public sealed class SubmitCommandTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private string _connection = "";
    private string _settings = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = (await azurite.NewAccountAsync()).ConnectionString;
        _settings = _folder.WriteSettings(("StatementStorage", _connection));
        await Queue(StorageNames.Jobs).CreateAsync(cancellationToken: Cancelled);
        await Queue(StorageNames.Batches).CreateAsync(cancellationToken: Cancelled);
        await Documents.CreateAsync(cancellationToken: Cancelled);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

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
    public async Task Makes_a_job_of_options_and_uploads_its_document()
    {
        var pdf = _folder.Write("October.pdf", "%PDF-1.7 of October");

        var run = await CommandRun.OfAsync(
            "submit", "--settings", _settings, "--issuer", "northbank", "--to", "jana@example.test", "--name", "Jana Nováková", "--locale", "cs-CZ",
            "--id", "000123", "--batch", "2026-10", "--document", pdf, "--field", "period=říjen = 2026", "--encryption", "preferred", "--json");

        run.ShouldBe(new CommandRun(0, run.Output, ""));
        var job = new JobReader().Read((await ReceiveAsync(StorageNames.Jobs)).Body);
        job.Batch.ShouldBe("2026-10");
        job.Id.ShouldBe("000123");
        job.Kind.ShouldBe(JobKind.Statement);
        job.Recipient.ShouldBe(new JobRecipient("jana@example.test", "Jana Nováková", "cs-CZ"));
        job.Fields["period"].GetString().ShouldBe("říjen = 2026");
        job.Encryption.ShouldBe(EncryptionPolicy.Preferred);
        job.Document!.FileName.ShouldBe("October.pdf");
        job.Document.Sha256.ShouldBe(Hash("%PDF-1.7 of October"));
        (await BlobAsync(job.Document.Blob)).ShouldBe("%PDF-1.7 of October");
        using var printed = JsonDocument.Parse(run.Output);
        printed.RootElement.GetProperty("job").GetString().ShouldBe("000123");
        printed.RootElement.GetProperty("sha256").GetString().ShouldBe(Hash("%PDF-1.7 of October"));
    }

    [Fact]
    public async Task A_job_on_the_queue_never_expires()
    {
        await CommandRun.OfAsync("submit", "--settings", _settings, "--issuer", "northbank", "--to", "jana@example.test");

        (await ReceiveAsync(StorageNames.Jobs)).ExpiresOn!.Value.Year.ShouldBe(9999);
    }

    [Fact]
    public async Task Fills_the_hash_of_zeros_in_a_job_file()
    {
        var pdf = _folder.Write("any.pdf", "%PDF-1.7");
        var job = _folder.Write("job.json", """
            {
              "version": 1, "id": "1", "batch": "by-hand", "issuer": "northbank", "kind": "statement",
              "document": { "blob": "by-hand/1.pdf", "sha256": "0000000000000000000000000000000000000000000000000000000000000000", "name": "Statement.pdf" },
              "recipient": { "email": "jana@example.test" }
            }
            """);

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, "--job", job, "--document", pdf);

        run.ExitCode.ShouldBe(0, run.Error);
        var read = new JobReader().Read((await ReceiveAsync(StorageNames.Jobs)).Body);
        read.Document.ShouldBe(new JobDocument("by-hand/1.pdf", Hash("%PDF-1.7"), "Statement.pdf"));
        (await BlobAsync("by-hand/1.pdf")).ShouldBe("%PDF-1.7");
    }

    [Fact]
    public async Task Refuses_a_document_of_another_hash_than_the_job_states()
    {
        var pdf = _folder.Write("any.pdf", "%PDF-1.7");
        var job = _folder.Write("job.json", $$"""
            {
              "version": 1, "id": "1", "issuer": "northbank", "kind": "statement", "recipient": { "email": "jana@example.test" },
              "document": { "blob": "1.pdf", "sha256": "{{Hash("another")}}", "name": "1.pdf" }
            }
            """);

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, "--job", job, "--document", pdf);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("document.sha256");
        await ShouldHaveSubmittedNothingAsync();
    }

    [Fact]
    public async Task Refuses_what_the_contract_refuses_before_anything_is_uploaded()
    {
        var pdf = _folder.Write("any.pdf", "%PDF-1.7");

        var run = await CommandRun.OfAsync("submit", "--settings", _settings, "--issuer", "northbank", "--to", "jana@", "--document", pdf);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("InvalidAddress: recipient.email");
        await ShouldHaveSubmittedNothingAsync();
    }

    [Fact]
    public async Task Never_overwrites_another_document()
    {
        var first = _folder.Write("first.pdf", "%PDF-1.7 first");
        var second = _folder.Write("second.pdf", "%PDF-1.7 second");
        string[] job = ["submit", "--settings", _settings, "--issuer", "northbank", "--to", "jana@example.test", "--id", "1", "--batch", "b", "--document"];

        var runs = new[] { await CommandRun.OfAsync([.. job, first]), await CommandRun.OfAsync([.. job, first]), await CommandRun.OfAsync([.. job, second]) };

        runs.Select(run => run.ExitCode).ShouldBe([0, 0, 1]);
        runs[2].Error.ShouldContain("b/1.pdf exists with another content");
        (await BlobAsync("b/1.pdf")).ShouldBe("%PDF-1.7 first");
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
    public async Task Names_the_missing_value_and_the_template_where_the_issuer_is_known_here()
    {
        await using var files = await SealedFiles.StartAsync();
        string[] job = ["submit", "--settings", IssuerSettings(files), "--issuer", "northbank", "--to", "jana@example.test", "--document", files.Pdf, "--field", "period=x"];

        var refused = await CommandRun.OfAsync(job);
        await ShouldHaveSubmittedNothingAsync();
        var taken = await CommandRun.OfAsync([.. job, "--field", "account=1"]);

        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("TemplateFailed: template statement/en.");
        refused.Error.ShouldContain("fields.account is not given");
        taken.ExitCode.ShouldBe(0, taken.Error);
        taken.Output.ShouldNotContain("not checked");
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

    [Fact]
    public async Task Says_so_where_the_issuers_settings_are_here_and_cannot_be_used()
    {
        await using var files = await SealedFiles.StartAsync();
        File.Delete(files.Pfx);

        var run = await CommandRun.OfAsync(
            "submit", "--settings", IssuerSettings(files), "--issuer", "northbank", "--to", "jana@example.test", "--kind", "code", "--field", "code=1", "--field", "purpose=x");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Its template was not checked: MeSign:Issuers:northbank:SigningPkcs12");
    }

    private string IssuerSettings(SealedFiles files) => _folder.WriteSettings(
        ("StatementStorage", _connection),
        ("MeSign__Timestamps__Roots__0", files.Root),
        ("MeSign__Issuers__northbank__FromAddress", SealedFiles.From),
        ("MeSign__Issuers__northbank__FromName", "Northbank"),
        ("MeSign__Issuers__northbank__SigningPkcs12", files.Pfx),
        ("MeSign__Issuers__northbank__SigningPasswordFile", files.PasswordFile),
        ("MeSign__Issuers__northbank__TimestampServers__0", files.Timestamps.Address.ToString()),
        ("MeSign__Issuers__northbank__Relay", "main"),
        ("MeSign__Issuers__northbank__Templates", SealingBench.SandboxTemplates));

    private BlobContainerClient Documents => new BlobServiceClient(_connection).GetBlobContainerClient(StorageNames.Documents);

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private QueueClient Queue(string name) => new QueueServiceClient(_connection).GetQueueClient(name);

    private async Task<Azure.Storage.Queues.Models.QueueMessage> ReceiveAsync(string queue) =>
        (await Queue(queue).ReceiveMessagesAsync(32, cancellationToken: Cancelled)).Value.ShouldHaveSingleItem();

    private async Task<string> BlobAsync(string name) =>
        (await Documents.GetBlobClient(name).DownloadContentAsync(Cancelled)).Value.Content.ToString();

    private async Task ShouldHaveSubmittedNothingAsync()
    {
        (await Queue(StorageNames.Jobs).PeekMessagesAsync(1, Cancelled)).Value.ShouldBeEmpty();
        (await Queue(StorageNames.Batches).PeekMessagesAsync(1, Cancelled)).Value.ShouldBeEmpty();
        (await Documents.GetBlobsAsync(cancellationToken: Cancelled).ToListAsync(Cancelled)).ShouldBeEmpty();
    }
}
