using Azure.Core;
using Azure.Core.Pipeline;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Does something when the service has taken a write and the caller does not know it yet.</summary>
internal sealed class AfterWrites(Action action) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (message.Request.Method == RequestMethod.Get)
            return;

        action();
        // As a caller would see it whose token fired while the answer was on its way.
        message.CancellationToken.ThrowIfCancellationRequested();
    }
}
