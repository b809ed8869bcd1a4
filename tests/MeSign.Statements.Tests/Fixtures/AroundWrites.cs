using Azure.Core;
using Azure.Core.Pipeline;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Does something before a write leaves, and when the service has taken it and the caller does not know it yet.</summary>
internal sealed class AroundWrites(Action before, Action after) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (message.Request.Method == RequestMethod.Get)
        {
            await ProcessNextAsync(message, pipeline);
            return;
        }

        before();
        await ProcessNextAsync(message, pipeline);
        after();
        // As a caller would see it whose token fired while the answer was on its way.
        message.CancellationToken.ThrowIfCancellationRequested();
    }
}
