using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>The Sandbox's command line.</summary>
internal static class DemoCommand
{
    /// <summary>After Ctrl+C or SIGTERM: what the product may take to settle its work, and the parts to end.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(60);

    /// <returns>One of <see cref="DemoExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var parsed = Create().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync($"sandbox: {problem.Message}");
            await error.WriteLineAsync("Try '--help'.");
            return DemoExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = LongestStop },
                cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("sandbox: stopped before the end.");
        }
        catch (SandboxException problem)
        {
            await error.WriteLineAsync($"sandbox: {problem.Message}");
        }
        catch (OptionsValidationException settings)
        {
            foreach (var failure in settings.Failures)
                await error.WriteLineAsync($"sandbox: {failure}");
        }

        return DemoExitCodes.Failed;
    }

    private static RootCommand Create()
    {
        var count = new Option<int>("--count")
        {
            Description = $"Statements to send, {DemoPlan.Fewest} to {DemoPlan.Most}.",
            DefaultValueFactory = _ => 200,
        };
        count.Validators.Add(result =>
        {
            if (result.GetValue(count) is < DemoPlan.Fewest or > DemoPlan.Most)
                result.AddError($"--count is from {DemoPlan.Fewest} to {DemoPlan.Most}.");
        });
        var folder = new Option<string>("--out")
        {
            Description = "Folder for everything that it leaves; an earlier demo's files in it are replaced.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("artifacts", "demo"),
        };
        var keep = new Option<bool>("--keep") { Description = "Leave everything running, with the addresses printed, until Ctrl+C or SIGTERM." };
        var root = new RootCommand(
            "Sends statements the whole way on this machine: from an Azure Storage queue to signed, timestamped, encrypted mail; then opens and verifies every one.")
        {
            count,
            folder,
            keep,
        };
        root.SetAction((parsed, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
            var options = new DemoOptions(parsed.GetValue(count), parsed.GetValue(folder)!, parsed.GetValue(keep));
            var run = new DemoRun(options, new DemoReport(console, output), new DemoProgress(console, output, TimeProvider.System), TimeProvider.System);
            return run.RunAsync(cancellationToken);
        });
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new DemoHelp((HelpAction)help.Action!);
        return root;
    }
}
