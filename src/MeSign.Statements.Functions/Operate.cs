using MeSign.Statements.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace MeSign.Statements.Functions;

public sealed class Operate(IServiceProvider services)
{
    private readonly RequestDelegate _operations = services.CreateOperations();

    /// <summary>Everything under <c>/operations</c>. The endpoints ask for an operator's key themselves, as they do in <c>mesign run</c>.</summary>
    [Function(nameof(Operate))]
    public Task RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "operations/{*path}")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _operations(request.HttpContext);
    }
}
