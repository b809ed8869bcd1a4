using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

/// <param name="operations">Made once: of this class there is an instance for each request.</param>
public sealed class Operate(RequestDelegate operations)
{
    /// <summary>Everything under <c>/operations</c>. The endpoints ask for an operator's key themselves, as they do in <c>mesign run</c>.</summary>
    [Function(nameof(Operate))]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "operations/{*path}")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return operations(request.HttpContext);
    }
}
