using System.CommandLine;

namespace MeSign.Statements.Cli.Settings;

/// <summary><c>--settings</c>, the same for every command.</summary>
internal static class SettingsOption
{
    public static Option<FileInfo?> Instance { get; } = new("--settings")
    {
        Description = "Settings file in the form of local.settings.json; ./local.settings.json when it is there. Environment variables override it.",
        HelpName = "FILE",
        Recursive = true,
    };
}
