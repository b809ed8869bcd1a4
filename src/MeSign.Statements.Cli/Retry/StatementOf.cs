using MeSign.Statements.Ledger;

namespace MeSign.Statements.Cli.Retry;

/// <summary>The one statement that a decision is about.</summary>
internal static class StatementOf
{
    /// <exception cref="CommandException">It is not on record, or not in the state that the decision is for.</exception>
    public static async Task<LedgerRow> FindAsync(StatementLedger ledger, string batch, string job, StatementState state, CancellationToken cancellationToken)
    {
        if (!StatementKey.IsPart(batch) || !StatementKey.IsPart(job))
            throw CommandException.Usage("BATCH and JOB are each 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit.");

        var row = await ledger.FindAsync(new StatementKey(batch, job), cancellationToken) ?? throw CommandException.Failed($"{batch}/{job} is not in the ledger: `mesign status {batch}` lists what is.");
        return row.State == state ? row : throw CommandException.Failed($"{row.Key} is {row.State}, not {state}: there is nothing to decide. `mesign status --state {state}` lists those that are.");
    }
}
