using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MeSign.Statements.Cli.Audit;
using MeSign.Statements.Cli.Bounces;
using MeSign.Statements.Cli.Open;
using MeSign.Statements.Cli.Erase;
using MeSign.Statements.Cli.Retry;
using MeSign.Statements.Cli.Run;
using MeSign.Statements.Cli.Seal;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Cli.Sign;
using MeSign.Statements.Cli.Status;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Cli.Suppress;
using MeSign.Statements.Cli.Verify;

namespace MeSign.Statements.Cli;

/// <summary>The <c>mesign</c> command: its parts, and how each way to fail looks.</summary>
internal static class CommandLine
{
    /// <summary>After the first Ctrl+C or SIGTERM a command has this long to end by itself; <c>run</c> needs the most.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromMinutes(15);

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var parsed = Create().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync($"mesign: {(problem.SymbolResult is OptionResult { Option: var option } ? $"{option.Name}: " : "")}{string.Join(' ', problem.Message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries))}");
            await error.WriteLineAsync($"Try '{CommandPath(parsed)} --help'.");
            return ExitCodes.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = LongestStop,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
#pragma warning disable CA1031 // The outermost frame: whatever happened becomes one line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return await FailureReport.WriteAsync(exception, error);
        }
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("Signs statements, seals them to their recipients as S/MIME and mails them.");
        root.Options.Add(SettingsOption.Instance);
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(SubmitCommand.Create());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(SignCommand.Create());
        root.Subcommands.Add(SealCommand.Create());
        root.Subcommands.Add(OpenCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(BouncesCommand.Create());
        root.Subcommands.Add(SuppressCommand.Create());
        root.Subcommands.Add(AuditCommand.Create());
        root.Subcommands.Add(EraseCommand.Create());
        root.Subcommands.Add(RetryCommand.Create());
        root.Subcommands.Add(UncertainCommands.Resend());
        root.Subcommands.Add(UncertainCommands.Resolve());
        HelpWithExamples.AddTo(root);
        return root;
    }

    private static string CommandPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "mesign" : $"mesign {parsed.CommandResult.Command.Name}";
}
