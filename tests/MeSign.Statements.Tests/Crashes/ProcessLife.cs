using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>Ends a process as kill -9 does: nothing that it would do next reaches the outside.</summary>
internal sealed class ProcessDiedException() : Exception("the process died");

/// <summary>
/// Counts the steps that a process takes towards the outside (before and after each request to storage, each point of an SMTP
/// dialogue and each timestamp request) and ends it at one of them.
/// </summary>
/// <param name="dieAt">1 the first step; never where null.</param>
/// <param name="places">Where processes died, for the report.</param>
internal sealed partial class ProcessLife(int? dieAt, ConcurrentDictionary<string, int> places)
{
    private int _steps;

    public bool IsDead { get; private set; }

    public int Steps => Volatile.Read(ref _steps);

    /// <returns>False where the process is dead, now or already.</returns>
    public bool Survives(string place)
    {
        if (IsDead)
            return false;
        if (Interlocked.Increment(ref _steps) != dieAt)
            return true;

        IsDead = true;
        places.AddOrUpdate(place, 1, (_, count) => count + 1);
        return false;
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
internal sealed class LifePolicy(ProcessLife life) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var name = ProcessLife.NameOf(message.Request);
        life.Step($"before {name}");
        var uri = message.Request.Uri;
        if (uri.Query.Contains("visibilitytimeout=", StringComparison.Ordinal) && message.Request.Method == RequestMethod.Post)
            uri.Query = System.Text.RegularExpressions.Regex.Replace(uri.Query, "visibilitytimeout=[0-9]+", "visibilitytimeout=0");
        await ProcessNextAsync(message, pipeline);
        life.Step($"after {name}");
    }
}
