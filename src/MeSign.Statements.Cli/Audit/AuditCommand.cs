using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Audit;

/// <summary><c>mesign audit</c>: whether a batch's history is as it was written.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var batch = new Argument<string>("BATCH") { Description = "The batch to verify." };
        var head = new Option<string?>("--head") { Description = "The head noted before (from the completion event, or an audit); another one now is a failure.", HelpName = "HASH" };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var command = new ExampleCommand(
            "audit",
            "Verifies the hash chain of a batch's history: nothing on record was altered, removed, reordered or inserted.",
            "mesign audit 2026-10",
            "mesign audit 2026-10 --json",
            "mesign audit 2026-10 --head 5c1d…")
        {
            batch,
            head,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var report = await provider.GetRequiredService<LedgerAudit>().RunAsync(parsed.GetValue(batch)!, cancellationToken);
            if (report is { Statements: 0, IsIntact: true })
                throw CommandException.Failed($"the ledger has no batch {parsed.GetValue(batch)}: give it as its jobs name it.");

            if (parsed.GetValue(head) is { } noted && !noted.Equals(report.Head, StringComparison.OrdinalIgnoreCase))
                report = report with { Faults = [.. report.Faults, new AuditFault("the head", $"is {report.Head}, not the one noted before: something was added since, or the batch was put back")] };

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(report, SubmitReport.Json));
            else
                await WriteAsync(report, output);
            return report.IsIntact ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task WriteAsync(AuditReport report, TextWriter output)
    {
        foreach (var fault in report.Faults)
            await output.WriteLineAsync(PlainText.Of($"BROKEN: {fault.Where} {fault.What}"));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Batch {report.Batch}: {report.Statements} statements with {report.Entries} entries are {(report.IsIntact ? "intact" : "NOT INTACT")}; head {report.Head}"));
    }
}
