using MeSign.Statements.Ledger;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>A document that several statements name goes with the last of them, whichever that is.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class SharedDocumentTests(SandboxFixture fixture)
{
    private const string Shared = "shared.pdf";

    private static readonly (string Name, string Value) OneDay = ($"MeSign:Issuers:{RunningSandbox.IssuerId}:Retention:Documents", "1.00:00:00");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_stays_while_another_has_not_ended()
    {
        await using var run = await fixture.StartAsync(OneDay);
        await RelayAsync(run, "sent");
        await run.SendAsync(TestJob.For(SandboxFixture.Nobody, "held", encryption: "required").With(body =>
        {
            body["document"]!["blob"] = Shared;
            body["expires"] = "2099-01-01T00:00:00Z";
        }));
        await run.WorkAsync(StorageNames.Jobs);

        await SweepAfterAsync(run, TimeSpan.FromHours(25));

        (await IsThereAsync(run)).ShouldBeTrue();
    }

    [Fact]
    public async Task It_is_kept_from_the_end_of_each_as_long_as_its_issuer_says()
    {
        await using var run = await fixture.StartAsync(OneDay);
        await RelayAsync(run, "early");
        await SealAsync(run, "late");
        run.Time.Advance(TimeSpan.FromHours(6));
        await run.WorkAsync(StorageNames.Deliveries);

        await SweepAfterAsync(run, TimeSpan.FromHours(19));
        (await IsThereAsync(run)).ShouldBeTrue("the later statement ended nineteen hours ago");

        await SweepAfterAsync(run, TimeSpan.FromHours(6));
        (await IsThereAsync(run)).ShouldBeFalse();
    }

    [Fact]
    public async Task It_goes_when_all_are_due_at_once()
    {
        await using var run = await fixture.StartAsync(OneDay);
        for (var number = 1; number <= 20; number++)
            await RelayAsync(run, $"job-{number}");

        await SweepAfterAsync(run, TimeSpan.FromHours(25));

        (await IsThereAsync(run)).ShouldBeFalse();
    }

    [Fact]
    public async Task It_stays_while_another_job_is_just_being_received()
    {
        await using var run = await fixture.StartAsync(OneDay);
        await RelayAsync(run, "sent");
        // Its worker writes the index first, and the row next.
        await run.Part<DocumentIndex>().AddAsync(Shared, new StatementKey("2026-11", "job-1"), Cancellation);

        await SweepAfterAsync(run, TimeSpan.FromHours(25));

        (await IsThereAsync(run)).ShouldBeTrue();
    }

    private static async Task RelayAsync(PipelineRun run, string id)
    {
        await SealAsync(run, id);
        await run.WorkAsync(StorageNames.Deliveries);
    }

    private static async Task SealAsync(PipelineRun run, string id)
    {
        await run.SendAsync(TestJob.For(SandboxFixture.Ec, id).With(body => body["document"]!["blob"] = Shared));
        await run.WorkAsync(StorageNames.Jobs);
    }

    private static async Task SweepAfterAsync(PipelineRun run, TimeSpan time)
    {
        run.Time.Advance(time);
        await run.Pipeline.SweepAsync(Cancellation);
    }

    private static async Task<bool> IsThereAsync(PipelineRun run) => (await run.Documents.GetBlobClient(Shared).ExistsAsync(Cancellation)).Value;
}
