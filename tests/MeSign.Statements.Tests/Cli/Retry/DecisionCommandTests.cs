using System.Text.Json;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Retry;

/// <summary><c>mesign retry</c>, <c>resend</c>, <c>resolve</c>, <c>audit</c> and <c>erase</c> as an operator types them, over statements that the pipeline made.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class DecisionCommandTests(SandboxFixture fixture) : IAsyncLifetime
{
    private const string Batch = "2026-10";

    private readonly ScratchFolder _folder = new();
    private PipelineRun _run = null!;
    private string _settings = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _run = await fixture.StartAsync();
        _settings = _folder.WriteSettings([.. fixture.Sandbox.Settings.Where(setting => setting.Key != "StatementStorage").Select(setting => (setting.Key.Replace(":", "__"), setting.Value!)), ("StatementStorage", _run.Connection)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Retry_gives_what_was_abandoned_back_to_its_queue()
    {
        var job = await _run.AbandonedAsync("one");
        await _run.AbandonedAsync("two");

        var run = await MesignAsync("retry", Batch, "--by", "J. Nováková");

        (run.ExitCode, run.Output.Trim(), run.Error).ShouldBe((0, "2 retried.", ""));
        await _run.ShouldHaveQueuedAsync(jobs: 2);
        var row = await _run.RowAsync(job);
        (row.State, row.History[^1].Note).ShouldBe((StatementState.Received, "retried by J. Nováková"));
        (await MesignAsync("retry", Batch)).Output.Trim().ShouldBe("0 retried.");
    }

    [Fact]
    public async Task Retry_says_what_only_the_bank_can_send_again()
    {
        await _run.Ledger.RecordEndedAsync(new EndedReceipt { Key = new StatementKey(Batch, "gone"), JobSha256 = new string('0', 64), State = StatementState.Abandoned, Detail = "gone" }, Cancellation);

        var run = await MesignAsync("retry", Batch, "gone");

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("2026-10/gone: its job is gone, the bank must send it again under another id.");
        run.Output.ShouldContain("0 retried.");
        (await _run.Ledger.FindAsync(new StatementKey(Batch, "gone"), Cancellation))!.State.ShouldBe(StatementState.Abandoned);
    }

    [Theory]
    [InlineData("2026-99", 1, "the ledger has no batch 2026-99")]
    [InlineData("bad name", 2, "BATCH is 1 to 64 of A-Z a-z 0-9 . _ -")]
    [InlineData("", 2, "BATCH is 1 to 64 of A-Z a-z 0-9 . _ -")]
    public async Task Retry_says_where_there_is_no_such_batch(string batch, int exitCode, string error)
    {
        var run = await MesignAsync("retry", batch);

        (run.ExitCode, run.Output).ShouldBe((exitCode, ""));
        run.Error.ShouldContain(error);
    }

    [Fact]
    public async Task Resend_sends_an_uncertain_statement_once_more_only_when_confirmed()
    {
        var job = await _run.UncertainAsync();

        var asked = await MesignAsync("resend", Batch, "job-1");
        asked.ExitCode.ShouldBe(2);
        asked.Error.ShouldContain("--yes");
        asked.Error.ShouldContain((await _run.RowAsync(job)).MessageId!);
        (await _run.RowAsync(job)).State.ShouldBe(StatementState.Uncertain);

        var run = await MesignAsync("resend", Batch, "job-1", "--yes", "--by", "J. Nováková");
        (run.ExitCode, run.Output.Trim()).ShouldBe((0, "2026-10/job-1: done, and on record as decided by J. Nováková."), run.Error);
        (await _run.RowAsync(job)).History[^1].Note.ShouldBe("sent again by J. Nováková");
        await _run.WorkAsync(StorageNames.Deliveries);
        (await _run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        _run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Resend_refuses_what_is_not_sent_any_more_and_says_since_when()
    {
        var job = await _run.UncertainAsync();
        var row = await _run.Ledger.AmendAsync(await _run.RowAsync(job) with { Expires = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero) }, Cancellation);

        var run = await MesignAsync("resend", Batch, "job-1", "--yes");

        (run.ExitCode, run.Output).ShouldBe((1, ""));
        run.Error.Trim().ShouldBe("mesign: 2026-10/job-1: its time ran out at 2026-01-31 12:00:00Z, it is not sent any more: resolve it where the relay did take it, or leave it Uncertain");
        (await _run.RowAsync(job)).ETag.ShouldBe(row.ETag);
        await _run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Resolve_records_that_it_was_relayed_and_sends_nothing()
    {
        var job = await _run.UncertainAsync();

        (await MesignAsync("resolve", Batch, "job-1")).ExitCode.ShouldBe(2);
        var run = await MesignAsync("resolve", Batch, "job-1", "--yes", "--by", "J. Nováková");

        run.ExitCode.ShouldBe(0, run.Error);
        var row = await _run.RowAsync(job);
        (row.State, row.Reported, row.History[^1].Note).ShouldBe((StatementState.Relayed, true, "resolved by J. Nováková"));
        await _run.ShouldHaveQueuedAsync();
        _run.Mail.ShouldBeEmpty();
        (await _run.ResultsAsync())[^1].State.ShouldBe(StatementState.Relayed);
    }

    [Theory]
    [InlineData("retry", "Abandoned")]
    [InlineData("resend", "Uncertain")]
    [InlineData("resolve", "Uncertain")]
    public async Task Nothing_is_decided_of_what_is_not_there_or_not_in_that_state(string command, string state)
    {
        await _run.SendAsync(TestJob.For(SandboxFixture.Ec));
        await _run.SealAndDeliverAsync();
        var before = (await _run.RowAsync(TestJob.For(SandboxFixture.Ec))).ETag;

        var unknown = await MesignAsync(command, Batch, "nobody");
        (unknown.ExitCode, unknown.Error).ShouldBe((1, unknown.Error));
        unknown.Error.ShouldContain("2026-10/nobody is not in the ledger: `mesign status 2026-10` lists what is.");

        var wrong = await MesignAsync(command, Batch, "job-1");
        wrong.ExitCode.ShouldBe(1);
        wrong.Error.ShouldContain($"2026-10/job-1 is Relayed, not {state}: there is nothing to decide.");
        wrong.Error.ShouldContain($"--state {state}");

        var malformed = await MesignAsync(command, Batch, "../x");
        malformed.ExitCode.ShouldBe(2);
        malformed.Error.ShouldContain("1 to 64 of A-Z a-z 0-9 . _ -");
        (await _run.RowAsync(TestJob.For(SandboxFixture.Ec))).ETag.ShouldBe(before);
    }

    [Fact]
    public async Task Audit_finds_a_batch_intact_and_an_altered_row_not()
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await _run.SendAsync(job);
        await _run.SealAndDeliverAsync();

        var intact = await MesignAsync("audit", Batch);
        intact.ExitCode.ShouldBe(0, intact.Error);
        intact.Output.ShouldContain("Batch 2026-10: 1 statements with 4 entries are intact; head ");
        var head = intact.Output.Trim().Split(' ')[^1];
        (await MesignAsync("audit", Batch, "--head", head)).ExitCode.ShouldBe(0);
        var moved = await MesignAsync("audit", Batch, "--head", "0000");
        moved.ExitCode.ShouldBe(1);
        moved.Output.ShouldContain($"BROKEN: the head is {head}, not the one noted before");

        await _run.Ledger.AmendAsync(await _run.RowAsync(job) with { Detail = "altered" }, Cancellation);
        var broken = await MesignAsync("audit", Batch, "--json");
        broken.ExitCode.ShouldBe(1);
        JsonDocument.Parse(broken.Output).RootElement.GetProperty("faults").EnumerateArray().ShouldHaveSingleItem().GetProperty("where").GetString().ShouldBe("2026-10/job-1");
    }

    [Fact]
    public async Task Audit_says_where_there_is_no_such_batch()
    {
        var run = await MesignAsync("audit", "2026-99");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("the ledger has no batch 2026-99: give it as its jobs name it.");
    }

    [Fact]
    public async Task Erase_drops_a_recipient_only_when_confirmed_and_keeps_the_proof()
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await _run.SendAsync(job);
        await _run.SealAndDeliverAsync();
        await _run.SendAsync(TestJob.For(SandboxFixture.Ec, "on-the-way"));
        await _run.WorkAsync(StorageNames.Jobs);

        var asked = await MesignAsync("erase", SandboxFixture.Ec);
        asked.ExitCode.ShouldBe(2);
        asked.Error.ShouldContain("--yes");
        (await _run.RowAsync(job)).RecipientHash.ShouldNotBeNull();

        var run = await MesignAsync("erase", "Ec@Example.test", "--yes", "--by", "data protection 4711");
        run.ExitCode.ShouldBe(1, "one of them has not ended");
        run.Output.ShouldContain("1 statements erased.");
        run.Output.ShouldContain("2026-10/on-the-way is still on the way: erase again when it has ended.");
        var row = await _run.RowAsync(job);
        (row.RecipientHash, row.RecipientAddress, row.DocumentBlob, row.HasMessage).ShouldBe((null, null, null, false));
        row.History[^1].Note.ShouldBe("recipient erased by data protection 4711");
        (await MesignAsync("audit", Batch)).ExitCode.ShouldBe(0);

        await _run.WorkAsync(StorageNames.Deliveries);
        var again = await MesignAsync("erase", SandboxFixture.Ec, "--yes");
        (again.ExitCode, again.Output.Trim()).ShouldBe((0, "1 statements erased."), again.Error);
    }

    [Fact]
    public async Task Erase_refuses_what_is_no_address()
    {
        var run = await MesignAsync("erase", "ec@", "--yes");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("ADDRESS is not an address: ");
    }

    private Task<CommandRun> MesignAsync(params string[] args) => CommandRun.OfAsync([.. args, "--settings", _settings]);
}
