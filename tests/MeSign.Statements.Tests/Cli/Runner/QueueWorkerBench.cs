using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Runner;

/// <summary>Messages of a queue, and a worker that dies.</summary>
public abstract class QueueWorkerBench(AzuriteFixture azurite)
{
    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private protected async Task<WorkerRun> NewAsync() => await WorkerRun.CreateAsync((await azurite.NewAccountAsync()).ConnectionString);
}
