using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Statements that wait for a person's decision.</summary>
internal static class DecidableStatements
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A job that the host gave up on before anybody had read it.</summary>
    public static async Task<TestJob> AbandonedAsync(this PipelineRun run, string id = "job-1")
    {
        var job = TestJob.For(SandboxFixture.Ec, id);
        await job.UploadAsync(run.Documents);
        await run.Queue(StorageNames.Jobs + StorageNames.PoisonSuffix).SendMessageAsync(job.Json, Cancellation);
        await run.WorkAsync(StorageNames.Jobs + StorageNames.PoisonSuffix);
        return job;
    }

    /// <summary>A sealed statement whose worker died while it was submitting.</summary>
    public static async Task<TestJob> UncertainAsync(this PipelineRun run)
    {
        var job = TestJob.For(SandboxFixture.Ec);
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        await run.Queue(StorageNames.Deliveries).ClearMessagesAsync(Cancellation);
        var submitting = await run.Ledger.MoveAsync(await run.RowAsync(job) with { LeaseUntil = run.Time.GetUtcNow() }, StatementState.Submitting, Cancellation);
        await run.Ledger.MoveAsync(submitting, StatementState.Uncertain, Cancellation);
        return job;
    }
}
