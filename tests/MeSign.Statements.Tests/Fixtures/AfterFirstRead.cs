using Azure.Core;
using Azure.Core.Pipeline;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Does something when the service has answered the first read, and before the caller goes on.</summary>
internal sealed class AfterFirstRead(Func<Task> action) : HttpPipelinePolicy
{
    private bool _done;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (_done || message.Request.Method != RequestMethod.Get)
            return;

        _done = true;
        await action();
    }
}
