using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox.Timestamps;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>When no timestamp can be had the statement waits; it never leaves without one.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class TimestampOutageTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Waits_longer_from_time_to_time_and_goes_on_when_the_server_is_back()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        fixture.Sandbox.Timestamps.Misbehave(TimestampFault.Status(503));
        await run.SendAsync(job);

        await run.WorkAsync(StorageNames.Jobs);

        var waiting = await run.RowAsync(job);
        (waiting.State, waiting.Code, waiting.Reported).ShouldBe((StatementState.Received, null, false));
        (await run.ResultsAsync()).ShouldBeEmpty();
        await run.ShouldHaveQueuedAsync(jobs: 1);
        run.Mail.ShouldBeEmpty();

        // The first delay is 1 s, one a minute old doubles it, one three minutes old again; a fifth of it is scattered.
        run.Time.Advance(TimeSpan.FromMinutes(1.01));
        await run.WorkAsync(StorageNames.Jobs);
        run.Time.Advance(TimeSpan.FromMinutes(2));
        await run.WorkAsync(StorageNames.Jobs);
        var delays = run.Logs.Lines.Where(line => line.Text.Contains("No timestamp", StringComparison.Ordinal)).Select(line => line.Values.GetValueOrDefault("Delay")).OfType<TimeSpan>().ToList();
        delays.Count.ShouldBe(3);
        delays[0].TotalSeconds.ShouldBeInRange(0.8, 1.2);
        delays[1].TotalSeconds.ShouldBeInRange(1.6, 2.4);
        delays[2].TotalSeconds.ShouldBeInRange(3.2, 4.8);

        // Back to the server's own time, of which a token may not be far.
        run.Time.Advance(TimeSpan.FromMinutes(-3.01));
        fixture.Sandbox.Timestamps.Behave();
        await run.SealAndDeliverAsync();

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(2);
        await run.ShouldHaveQueuedAsync();
    }

    [Fact]
    public async Task Waits_too_where_only_the_second_timestamp_is_missing()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        // A token that is no good counts as none: the PDF has got its own by then.
        fixture.Sandbox.Timestamps.Misbehave(TimestampFault.Slow(TimeSpan.Zero).Times(1));
        fixture.Sandbox.Timestamps.Misbehave(TimestampFault.Of(TimestampFaultKind.BrokenSignature).Times(1));

        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Received);
        await run.ShouldHaveQueuedAsync(jobs: 1);
        await run.SealAndDeliverAsync();
        (await run.RowAsync(job)).State.ShouldBe(StatementState.Relayed);
        run.Mail.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Expires_where_the_server_stays_away()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Ec).ExpiringIn(TimeSpan.FromHours(1));
        fixture.Sandbox.Timestamps.Misbehave(TimestampFault.Status(503));
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);

        run.Time.Advance(TimeSpan.FromMinutes(61));
        await run.WorkAsync(StorageNames.Jobs);

        var row = await run.RowAsync(job);
        (row.State, row.Code).ShouldBe((StatementState.Expired, null));
        row.Detail!.ShouldContain("time ran out");
        (await run.ResultsAsync()).ShouldHaveSingleItem().State.ShouldBe(StatementState.Expired);
        await run.ShouldHaveQueuedAsync();
        run.Mail.ShouldBeEmpty();
        run.Stamps.ShouldBe(0);
    }
}
