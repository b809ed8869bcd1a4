using MeSign.Statements.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Operations;

/// <summary>The HTTP interface for operators, the same in both hosts. Every request shows an operator's key; without one nothing is told.</summary>
public static class OperationsEndpoints
{
    private const string By = "MeSign.Operator";

    /// <summary>Seconds after which it is worth to ask again.</summary>
    private const string OutageLasts = "30";

    /// <summary>Maps it under <c>/operations</c>.</summary>
    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder endpoints)
    {
        var batch = endpoints.MapGroup("/operations/batches/{batch}").AddEndpointFilter(AdmitAsync);
        batch.MapGet("", (string batch, HttpContext http) => Requests(http).ShowAsync(batch, http.RequestAborted));
        batch.MapGet("/statements", (string batch, string? state, HttpContext http) => Requests(http).ListAsync(batch, state, http.RequestAborted));
        batch.MapPost("/retry", (string batch, HttpContext http) => Requests(http).RetryAsync(batch, Operator(http)));

        var statement = batch.MapGroup("/statements/{job}");
        statement.MapGet("", (string batch, string job, HttpContext http) => Requests(http).ShowAsync(batch, job, http.RequestAborted));
        statement.MapPost("/retry", (string batch, string job, HttpContext http) => Requests(http).RetryAsync(batch, job, Operator(http)));
        statement.MapPost("/resend", (string batch, string job, HttpContext http) => Requests(http).ResendAsync(batch, job, Operator(http)));
        statement.MapPost("/resolve", (string batch, string job, HttpContext http) => Requests(http).ResolveAsync(batch, job, Operator(http)));
        return endpoints;
    }

    /// <summary>The same as one delegate, for a host that has routed the request to a function of its own already. Make one for the process: each stays in its route options.</summary>
    public static RequestDelegate CreateOperations(this IServiceProvider services)
    {
        var application = new ApplicationBuilder(services);
        application.UseRouting().UseEndpoints(endpoints => endpoints.MapOperations());
        var run = application.Build();
        return context =>
        {
            // Where that route led to, and what it took from the path, would count before these endpoints.
            context.SetEndpoint(null);
            context.Request.RouteValues.Clear();
            return run(context);
        };
    }

    private static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.RequestServices.GetRequiredService<OperatorKeys>().NameOf(http.Request.Headers.Authorization) is not { } name)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Unauthorized();
        }

        http.Items[By] = name;
        try
        {
            return await next(context);
        }
        catch (Exception outage) when (StorageOutage.Is(outage) && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Headers.RetryAfter = OutageLasts;
            return TypedResults.Problem(
                "storage does not answer: ask again when it does; of what was to be decided, some may be on record", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static OperationsRequests Requests(HttpContext http) => http.RequestServices.GetRequiredService<OperationsRequests>();

    private static string Operator(HttpContext http) => (string)http.Items[By]!;
}
