using System.CommandLine;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Retry;

/// <summary><c>mesign resend</c> and <c>mesign resolve</c>: the two ways out of Uncertain, each only when it is confirmed.</summary>
internal static class UncertainCommands
{
    public static Command Resend() => Create(
        "resend",
        "Sends an Uncertain statement once more: the recipient may get it twice.",
        "sends it again; the relay may have taken it already, ask its operator for the Message-ID first",
        async (decisions, row, by, cancellationToken) =>
        {
            if (!await decisions.ResendAsync(row, by, cancellationToken))
                throw CommandException.Failed($"{row.Key}: its message is not kept any more, the bank must send a new job.");
        });

    public static Command Resolve() => Create(
        "resolve",
        "Records that the relay did take an Uncertain statement, as its operator or its log says. Nothing is sent.",
        "records it as Relayed on your word",
        (decisions, row, by, cancellationToken) => decisions.ResolveAsync(row, by, cancellationToken));

    private static ExampleCommand Create(string name, string description, string effect, Func<Decisions, LedgerRow, string, CancellationToken, Task> decide)
    {
        var batch = new Argument<string>("BATCH") { Description = "The batch." };
        var job = new Argument<string>("JOB") { Description = "The job." };
        var yes = new Option<bool>("--yes") { Description = "Do it; without it, only what would be done is said." };
        var by = Operator.Option();
        var command = new ExampleCommand(name, description, $"mesign {name} 2026-10 000123", $"mesign {name} 2026-10 000123 --yes --by \"J. Nováková\"") { batch, job, yes, by };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var row = await StatementOf.FindAsync(
                provider.GetRequiredService<StatementLedger>(), parsed.GetValue(batch)!, parsed.GetValue(job)!, StatementState.Uncertain, cancellationToken);
            if (!parsed.GetValue(yes))
                throw CommandException.Usage($"{row.Key} (Message-ID {row.MessageId}) is Uncertain; --yes {effect}.");

            await decide(provider.GetRequiredService<Decisions>(), row, parsed.GetValue(by)!, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{row.Key}: done, and on record as decided by {parsed.GetValue(by)}.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
