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
            var (retried, gone) = (0, 0);
            await foreach (var row in RowsAsync(ledger, parsed.GetValue(batch)!, parsed.GetValue(job), cancellationToken))
            {
                if (await decisions.RetryAsync(row, parsed.GetValue(by)!, cancellationToken))
                {
                    retried++;
                    continue;
                }

                gone++;
                await output.WriteLineAsync($"{row.Key}: its job is gone, the bank must send it again under another id.");
            }

            await output.WriteLineAsync($"{retried} retried.");
            return gone == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static async IAsyncEnumerable<LedgerRow> RowsAsync(
        StatementLedger ledger, string batch, string? job, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (job is not null)
        {
            yield return await StatementOf.FindAsync(ledger, batch, job, StatementState.Abandoned, cancellationToken);
            yield break;
        }

        await foreach (var row in ledger.ByBatchAsync(batch, cancellationToken))
        {
            if (row.State == StatementState.Abandoned)
                yield return row;
        }
    }
}
