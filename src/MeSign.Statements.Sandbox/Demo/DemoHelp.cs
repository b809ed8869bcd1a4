using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>The usual help, then examples and what exit codes mean.</summary>
internal sealed class DemoHelp(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(
            """
            Examples:
              dotnet run --project src/MeSign.Statements.Sandbox
              dotnet run --project src/MeSign.Statements.Sandbox -- --count 20 --out /tmp/demo
              dotnet run --project src/MeSign.Statements.Sandbox -- --keep

            Exit codes:
              0  every statement is accounted for, and everything that arrived is as it should be
              1  something is not, or could not be done, or the demo was stopped before it could tell
              2  the command line is wrong; nothing was done
            """);
        return DemoExitCodes.Ok;
    }
}
