using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Ends a process as kill -9 does: nothing that it would do next reaches the outside.</summary>
internal sealed class ProcessDiedException() : Exception("the process died");

/// <summary>Whether a process lives: it dies of a step that the plan of its current work says.</summary>
internal sealed partial class ProcessLife
{
    public bool IsDead { get; private set; }

    /// <summary>Of what it works on now; it does one thing at a time.</summary>
    public CrashPlan? Plan { get; set; }

    /// <returns>False where the process is dead, now or already.</returns>
    public bool Survives(string place)
    {
        if (!IsDead && Plan?.Survives(place) == false)
            IsDead = true;
        return !IsDead;
    }

    /// <exception cref="ProcessDiedException">Now or already.</exception>
    public void Step(string place)
    {
        if (!Survives(place))
            throw new ProcessDiedException();
    }

    /// <summary>A request as it is called in the report: its method and what it is for, without ids.</summary>
    public static string NameOf(Request request)
    {
        var path = Ids().Replace(request.Uri.ToUri().AbsolutePath, "");
        return $"{request.Method} {string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(2))}";
    }

    [GeneratedRegex(@"\(.*\)|/[0-9a-f-]{36}|\d+(-\d+)?")]
    private static partial Regex Ids();
}

/// <summary>Takes a step before each request to storage and one after it; delays of messages are over at once.</summary>
internal sealed partial class LifePolicy(ProcessLife life) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var name = ProcessLife.NameOf(message.Request);
        life.Step($"before {name}");
        var uri = message.Request.Uri;
        if (message.Request.Method == RequestMethod.Post)
            uri.Query = Delay().Replace(uri.Query, "visibilitytimeout=0");
        await ProcessNextAsync(message, pipeline);
        life.Step($"after {name}");
    }

    [GeneratedRegex("visibilitytimeout=[0-9]+")]
    private static partial Regex Delay();
}
