using System.Text.Json;
using MeSign.Statements.Intake;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Cli.Seal;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Submit;

/// <summary>Single jobs.</summary>
public sealed class SubmitCommandTests(AzuriteFixture azurite) : SubmitCommandBench(azurite)
{
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

    [Theory]
    [InlineData("a folder or manifest excludes --job", "{october}", "--issuer", "nonsense")]
    [InlineData("--mapping goes with a CSV manifest.", "{october}", "--mapping", "nosuch.json")]
    [InlineData("--mapping goes with a CSV manifest.", "--issuer", "northbank", "--to", "jana@example.test", "--mapping", "nosuch.json")]
    public async Task Refuses_options_that_would_do_nothing(string error, params string[] options)
    {
        var folder = Path.GetDirectoryName(_folder.Write("october/october.jsonl", "{}"))!;

        var run = await CommandRun.OfAsync(["submit", "--settings", _settings, .. options.Select(option => option.Replace("{october}", folder, StringComparison.Ordinal))]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(error);
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
    public async Task Says_so_where_the_issuers_settings_are_here_and_cannot_be_used()
    {
        await using var files = await SealedFiles.StartAsync();
        File.Delete(files.Pfx);

        var run = await CommandRun.OfAsync(
            "submit", "--settings", IssuerSettings(files), "--issuer", "northbank", "--to", "jana@example.test", "--kind", "code", "--field", "code=1", "--field", "purpose=x");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Its template was not checked: MeSign:Issuers:northbank:SigningPkcs12");
    }
}
