using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class Sweep(StatementPipeline pipeline)
{
    /// <summary>Every minute; on one instance at a time, as the timer trigger sees to.</summary>
    [Function(nameof(Sweep))]
    public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        pipeline.SweepAsync(cancellationToken);
}
