using System.CommandLine;
using MeSign.Statements.Cli.Runner;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Operations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Cli.Run;

/// <summary><c>mesign run</c>: the whole pipeline as one process, on one machine or in a container.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var hostJson = new Option<FileInfo?>("--host-json")
        {
            Description = "The host.json with the queue settings; the one beside the program by default.",
            HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Log as one JSON object a line." };
        var command = new ExampleCommand(
            "run",
            "Works on the queues until it is asked to stop (Ctrl+C, SIGTERM); what it is working on is finished or returned first.",
            "mesign run",
            "mesign run --settings artifacts/demo/settings.json",
            "AzureFunctionsJobHost__extensions__queues__batchSize=32 mesign run --host-json host.json --json")
        {
            hostJson,
            json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(SettingsOption.Instance), parsed.GetValue(hostJson), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? settings, FileInfo? hostJson, bool json, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "mesign" });
        builder.Configuration.AddConfiguration(SettingsFile.Load(settings));
        AddLogging(builder.Logging, HostJson.Load(hostJson?.FullName), json);
        builder.Services.AddStatements().AddOperationsServer().AddRunner(hostJson?.FullName);

        using var host = builder.Build();
        // Before anything is made of the settings: all that is wrong is named at once.
        host.Services.GetRequiredService<IStartupValidator>().Validate();
        await host.Services.GetRequiredService<SignerRevocation>().CheckAsync(cancellationToken);
        var services = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        await host.RunAsync(cancellationToken);
        return services.Any(service => service.ExecuteTask is { IsFaulted: true }) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static void AddLogging(ILoggingBuilder logging, IConfiguration hostJson, bool json)
    {
        logging.AddConfiguration(hostJson.GetSection("logging"));
        // Of requests that operators make, only what goes wrong.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (json)
        {
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"));
            return;
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
    }
}
