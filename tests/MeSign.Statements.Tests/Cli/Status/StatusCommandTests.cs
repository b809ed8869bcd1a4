using System.Text.Json;
using Azure.Data.Tables;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Status;

public sealed class StatusCommandTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    private readonly ScratchFolder _folder = new();
    private StatementLedger _ledger = null!;
    private string _settings = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var connection = (await azurite.NewAccountAsync()).ConnectionString;
        var tables = new TableServiceClient(connection);
        await tables.CreateTableIfNotExistsAsync(StorageNames.Ledger, Cancelled);
        await tables.CreateTableIfNotExistsAsync(StorageNames.LedgerRecipients, Cancelled);
        _ledger = new StatementLedger(tables, new LedgerOptions { RecipientKey = Key }, TimeProvider.System);
        _settings = _folder.WriteSettings(("StatementStorage", connection), ("MeSign__Ledger__RecipientKey", Key));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Counts_a_batch_by_state_and_lists_failures_with_their_code()
    {
        await ReceiveAsync("2026-10", "1", "a@example.test");
        await FailAsync("2026-10", "2", FailureCode.DocumentNotFound, "document.blob x.pdf does not exist: upload it first");
        await ReceiveAsync("other", "3", "a@example.test");

        var run = await StatusAsync("2026-10");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("Received");
        run.Output.ShouldContain("DocumentNotFound");
        run.Output.ShouldNotContain("other");
    }

    [Fact]
    public async Task Prints_json_with_counts_and_every_statement()
    {
        await ReceiveAsync("2026-10", "1", "a@example.test");
        await FailAsync("2026-10", "2", FailureCode.UnreadableJob, "no");

        var run = await StatusAsync("2026-10", "--json");

        using var printed = JsonDocument.Parse(run.Output);
        printed.RootElement.GetProperty("counts").GetProperty("Received").GetInt32().ShouldBe(1);
        printed.RootElement.GetProperty("counts").GetProperty("Failed").GetInt32().ShouldBe(1);
        var failed = printed.RootElement.GetProperty("statements").EnumerateArray().Single(one => one.GetProperty("state").GetString() == "Failed");
        failed.GetProperty("job").GetString().ShouldBe("2");
        failed.GetProperty("code").GetString().ShouldBe("UnreadableJob");
    }

    [Fact]
    public async Task Finds_by_recipient_and_by_state_over_all_batches()
    {
        await ReceiveAsync("2026-10", "1", "Jana@Example.test");
        await ReceiveAsync("2026-11", "2", "jana@example.test");
        await ReceiveAsync("2026-11", "3", "petr@example.test");
        await FailAsync("2026-12", "4", FailureCode.UnreadableJob, "no");

        (await JobsAsync("--recipient", "jana@example.test")).ShouldBe(["1", "2"], ignoreOrder: true);
        (await JobsAsync("--recipient", "jana@example.test", "2026-11")).ShouldBe(["2"]);
        (await JobsAsync("--state", "failed")).ShouldBe(["4"]);
        (await JobsAsync("2026-11", "3")).ShouldBe(["3"]);
    }

    [Fact]
    public async Task Shows_what_is_on_the_way_when_nothing_is_asked_for()
    {
        await ReceiveAsync("2026-10", "1", "a@example.test");
        await FailAsync("2026-10", "2", FailureCode.UnreadableJob, "no");

        (await JobsAsync()).ShouldBe(["1"]);
    }

    [Fact]
    public async Task Watching_ends_when_all_have_ended_and_tells_how()
    {
        await FailAsync("2026-10", "2", FailureCode.UnreadableJob, "no");

        var run = await StatusAsync("2026-10", "--watch", "--json");

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("UnreadableJob");
    }

    [Fact]
    public async Task Says_so_when_there_is_nothing()
    {
        var run = await StatusAsync("2026-10");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("No statement found.");
    }

    [Fact]
    public async Task Fails_where_the_job_is_not_on_record()
    {
        await ReceiveAsync("2026-10", "1", "a@example.test");

        var run = await StatusAsync("2026-10", "nobody");

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("No statement found.");
    }

    [Theory]
    [InlineData("99")]
    [InlineData("Relayed,Failed")]
    public async Task Refuses_what_is_no_state_with_those_that_are(string state)
    {
        var run = await StatusAsync("--state", state);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("'Received'");
        run.Error.ShouldContain("'Uncertain'");
    }

    private Task<CommandRun> StatusAsync(params string[] args) => CommandRun.OfAsync(["status", "--settings", _settings, .. args]);

    private async Task<string[]> JobsAsync(params string[] args)
    {
        using var printed = JsonDocument.Parse((await StatusAsync([.. args, "--json"])).Output);
        return [.. printed.RootElement.GetProperty("statements").EnumerateArray().Select(one => one.GetProperty("job").GetString()!)];
    }

    private Task<Reception> ReceiveAsync(string batch, string job, string address) => _ledger.ReceiveAsync(
        new StatementReceipt { Key = new StatementKey(batch, job), Issuer = "northbank", Kind = JobKind.Code, RecipientAddress = address, JobSha256 = new string('0', 64) },
        Cancelled);

    private Task<Reception> FailAsync(string batch, string job, FailureCode code, string detail) => _ledger.RecordEndedAsync(
        new EndedReceipt { Key = new StatementKey(batch, job), JobSha256 = new string('0', 64), State = StatementState.Failed, Code = code, Detail = detail },
        Cancelled);
}
