using System.CommandLine;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Ledger;
using MeSign.Statements.Operations;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MeSign.Statements.Cli.Status;

/// <summary><c>mesign status</c>: what became of statements, from the ledger.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var batch = new Argument<string?>("BATCH") { Description = "One batch; everything on the way where nothing is asked for.", Arity = ArgumentArity.ZeroOrOne };
        var job = new Argument<string?>("JOB") { Description = "One job of it, in detail.", Arity = ArgumentArity.ZeroOrOne };
        var state = new Option<StatementState?>("--state") { Description = "Only those in this state.", HelpName = "STATE" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, Enum.GetNames<StatementState>());
        var recipient = new Option<string?>("--recipient") { Description = "Only those to this address.", HelpName = "ADDRESS" };
        var watch = new Option<bool>("--watch") { Description = "Follow them until none is on the way, then end with 1 if any ended badly." };
        var json = new Option<bool>("--json") { Description = "Print JSON: counts by state, and every statement." };
        var command = new ExampleCommand(
            "status",
            "Shows where statements stand.",
            "mesign status",
            "mesign status 2026-10 --watch",
            "mesign status 2026-10 000123",
            "mesign status --state Uncertain --json",
            "mesign status --recipient jana@example.test")
        {
            batch,
            job,
            state,
            recipient,
            watch,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var query = new StatusQuery(Part(parsed.GetValue(batch)), Part(parsed.GetValue(job)), parsed.GetValue(state), parsed.GetValue(recipient));
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var ledger = provider.GetRequiredService<StatementLedger>();
            var output = parsed.InvocationConfiguration.Output;
            var console = CommandConsole.On(output);
            if (!parsed.GetValue(watch))
                return Print(query, await query.RunAsync(ledger, cancellationToken), parsed.GetValue(json), output, console);

            var following = new StatusWatch(query, ledger, provider.GetRequiredService<BatchRegister>(), TimeProvider.System);
            var last = parsed.GetValue(json)
                ? await following.WaitAsync(_ => { }, cancellationToken)
                : await console.Live(new Text("")).AutoClear(false).StartAsync(live => following.WaitAsync(now => live.UpdateTarget(StatusReport.ToTables(now)), cancellationToken));
            if (parsed.GetValue(json))
                await output.WriteLineAsync(StatusReport.ToJson(last));
            return last.Any(statement => statement.IsTrouble) ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static int Print(StatusQuery query, IReadOnlyList<StatementView> statements, bool json, TextWriter output, IAnsiConsole console)
    {
        if (json)
            output.WriteLine(StatusReport.ToJson(statements));
        else
            console.Write(StatusReport.ToTables(statements));
        return query.Job is not null && statements.Count == 0 ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static string? Part(string? text) => text is null || StatementKey.IsPart(text)
        ? text
        : throw CommandException.Usage($"\"{text}\" is not a batch or job: 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit.");
}
