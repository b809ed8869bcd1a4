using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Operations;

/// <summary>Listens beside a host that has no web server of its own, where the settings say so.</summary>
internal sealed partial class OperationsServer(
    IOptions<OperationsOptions> options, OperatorKeys keys, OperationsRequests requests, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<OperationsServer>();
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Url is not { } url)
            return;

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, 0)).UseUrls(url.ToString());
        builder.Services.AddRoutingCore().AddSingleton(loggers).AddSingleton(keys).AddSingleton(requests);
        _app = builder.Build();
        _app.MapOperations();
        await _app.StartAsync(cancellationToken);
        foreach (var address in _app.Urls)
            Log.Listening(_logger, address);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "Operators are served at {Address}")]
        public static partial void Listening(ILogger logger, string address);
    }
}
