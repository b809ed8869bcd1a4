namespace MeSign.Statements.Cli;

/// <summary>Ends a command with one line for the person who typed it.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">What is wrong and how to mend it.</param>
internal sealed class CommandException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Usage(string message) => new(ExitCodes.Usage, message);

    public static CommandException Failed(string message) => new(ExitCodes.Failed, message);
}
