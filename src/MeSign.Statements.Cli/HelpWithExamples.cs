using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MeSign.Statements.Cli;

/// <summary>The usual help, then examples and what exit codes mean.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ExampleCommand { Examples.Count: > 0 } command)
        {
            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
                output.WriteLine($"  {example}");
            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        output.WriteLine("  0  done, and the answer is good");
        output.WriteLine("  1  something is not valid, failed, or could not be done");
        output.WriteLine("  2  the command line or a setting is wrong; nothing was done");
        return ExitCodes.Ok;
    }
}
