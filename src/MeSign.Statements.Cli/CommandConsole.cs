using Spectre.Console;

namespace MeSign.Statements.Cli;

/// <summary>Tables and colours on a terminal; the same text without colours in a file or a pipe.</summary>
internal static class CommandConsole
{
    public static IAnsiConsole On(TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
    }
}
