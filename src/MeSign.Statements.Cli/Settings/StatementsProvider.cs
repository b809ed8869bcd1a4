using MeSign.Statements.Cli.Submit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Settings;

/// <summary>The product's parts for one command, made as they are asked for: a command needs only the settings that it uses.</summary>
internal static class StatementsProvider
{
    /// <param name="commandLine">Settings that the command line gives, over the file and the environment.</param>
    /// <exception cref="CommandException">The settings file is not usable.</exception>
    public static ServiceProvider Create(FileInfo? settings, Dictionary<string, string?>? commandLine = null) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddConfiguration(SettingsFile.Load(settings)).AddInMemoryCollection(commandLine ?? []).Build())
        .AddLogging()
        .AddStatements()
        .AddSingleton<DocumentUpload>()
        .AddSingleton<TemplateCheck>()
        .AddSingleton<JobSubmission>()
        .AddSingleton<BatchSubmission>()
        .BuildServiceProvider();
}
