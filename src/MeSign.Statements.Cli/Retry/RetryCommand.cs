using System.CommandLine;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Retry;

/// <summary><c>mesign retry</c>: gives what was abandoned back to its queue.</summary>
internal static class RetryCommand
{
    public static Command Create()
    {
        var batch = new Argument<string>("BATCH") { Description = "The batch; all that is Abandoned in it." };
        var job = new Argument<string?>("JOB") { Description = "Only this one.", Arity = ArgumentArity.ZeroOrOne };
        var by = Operator.Option();
        var command = new ExampleCommand(
            "retry",
            "Retries statements that were abandoned after too many attempts, from where they had come to. What was relayed is not sent again.",
            "mesign retry 2026-10",
            "mesign retry 2026-10 000123",
            "mesign retry unreadable body-0a1b2c")
        {
            batch,
            job,
            by,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var ledger = provider.GetRequiredService<StatementLedger>();
            var decisions = provider.GetRequiredService<Decisions>();
            var output = parsed.InvocationConfiguration.Output;
            var (retried, gone) = parsed.GetValue(job) is { } one
                ? await RetryAsync(decisions, await StatementOf.FindAsync(ledger, parsed.GetValue(batch)!, one, StatementState.Abandoned, cancellationToken), parsed.GetValue(by)!, cancellationToken)
                : await RetryAllAsync(decisions, provider.GetRequiredService<BatchRegister>(), parsed.GetValue(batch)!, parsed.GetValue(by)!, cancellationToken);
            foreach (var key in gone)
                await output.WriteLineAsync($"{key}: its job is gone, the bank must send it again under another id.");
            await output.WriteLineAsync($"{retried} retried.");
            return gone.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<(int Retried, IReadOnlyList<StatementKey> Gone)> RetryAsync(Decisions decisions, LedgerRow row, string by, CancellationToken cancellationToken) =>
        await decisions.RetryAsync(row, by, cancellationToken) ? (1, []) : (0, [row.Key]);

    private static async Task<(int Retried, IReadOnlyList<StatementKey> Gone)> RetryAllAsync(
        Decisions decisions, BatchRegister batches, string batch, string by, CancellationToken cancellationToken)
    {
        if (!StatementKey.IsPart(batch))
            throw CommandException.Usage("BATCH is 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit.");
        if ((await batches.TotalsAsync(batch, cancellationToken)).Received == 0)
            throw CommandException.Failed($"the ledger has no batch {batch}: give it as its jobs name it.");

        return await decisions.RetryAllAsync(batch, by, cancellationToken);
    }
}
