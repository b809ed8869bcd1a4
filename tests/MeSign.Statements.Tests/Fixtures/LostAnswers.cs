using Azure.Core;
using Azure.Core.Pipeline;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>
/// Loses the answer to the first try of every write: the service did it, and the client, which does not know, tries again.
/// </summary>
internal sealed class LostAnswers : HttpPipelinePolicy
{
    private readonly HashSet<string> _lost = [];

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (message.Request.Method != RequestMethod.Get && message.Request.Method != RequestMethod.Head && _lost.Add(message.Request.ClientRequestId))
            throw new IOException("the answer was lost");
    }
}
