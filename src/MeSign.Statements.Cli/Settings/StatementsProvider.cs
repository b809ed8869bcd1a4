using MeSign.Statements.Cli.Submit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Settings;

/// <summary>The product's parts for one command, made as they are asked for: a command needs only the settings that it uses.</summary>
internal static class StatementsProvider
{
    /// <exception cref="CommandException">The settings file is not usable.</exception>
    public static ServiceProvider Create(FileInfo? settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(SettingsFile.Load(settings))
        .AddLogging()
        .AddStatements()
        .AddSingleton<DocumentUpload>()
        .AddSingleton<JobSubmission>()
        .AddSingleton<BatchSubmission>()
        .BuildServiceProvider();
}
