using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli.Runner;

/// <summary>Runs the pipeline in this process, without the Functions host.</summary>
public static class RunnerServices
{
    /// <summary>Added to the stop time of the messages: what a host must leave to settle them and to close connections.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Adds the local runner over <c>AddStatements()</c>. Queue settings come from <c>extensions.queues</c> of
    /// <paramref name="hostJson"/> and, over it, from settings under <c>AzureFunctionsJobHost:extensions:queues</c>, as
    /// the Functions host reads them; the runner's own from <c>MeSign:Runner</c>.
    /// </summary>
    /// <param name="hostJson">Path of <c>host.json</c>; the one beside the program where null.</param>
    public static IServiceCollection AddRunner(this IServiceCollection services, string? hostJson = null)
    {
        services.TryAddSingleton(TimeProvider.System);

        services.AddOptionsWithValidateOnStart<QueueSettings>()
            .Configure(settings => HostJson.Load(hostJson).GetSection("extensions:queues").Bind(settings))
            .BindConfiguration("AzureFunctionsJobHost:extensions:queues");
        services.AddSingleton<IValidateOptions<QueueSettings>, QueueSettingsValidator>();

        services.AddOptionsWithValidateOnStart<RunnerOptions>().BindConfiguration(RunnerOptions.Section);
        services.AddSingleton<IValidateOptions<RunnerOptions>, RunnerOptionsValidator>();

        // Not by IOptions<RunnerOptions>: a host asks for its options before it validates all others.
        services.AddOptions<HostOptions>().Configure<IConfiguration>((host, configuration) =>
        {
            var runner = new RunnerOptions();
            configuration.GetSection(RunnerOptions.Section).Bind(runner);
            host.ShutdownTimeout = TimeSpan.FromTicks(Math.Max(host.ShutdownTimeout.Ticks, (runner.StopWithin + Settling).Ticks));
        });

        return services.AddHostedService<StatementRunner>();
    }
}
