using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class CollectBounces(StatementPipeline pipeline)
{
    /// <summary>Every minute, beside the sweep; on one instance at a time, as the timer trigger sees to.</summary>
    [Function(nameof(CollectBounces))]
    public Task RunAsync([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        pipeline.CollectBouncesAsync(cancellationToken);
}
