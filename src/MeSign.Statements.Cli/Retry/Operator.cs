using System.CommandLine;

namespace MeSign.Statements.Cli.Retry;

/// <summary>Who decides, as the history keeps it.</summary>
internal static class Operator
{
    public static Option<string> Option() => new("--by")
    {
        Description = "Who decides, for the history; the user of this machine by default.",
        HelpName = "NAME",
        DefaultValueFactory = _ => $"{Environment.UserName} on {Environment.MachineName}",
    };
}
