using MeSign.Statements.Ledger;
using MeSign.Statements.Operations;

namespace MeSign.Statements.Cli.Status;

/// <summary>Looks until there is something and all of it has ended; what is held waits for people, not for us.</summary>
internal sealed class StatusWatch(StatusQuery query, StatementLedger ledger, BatchRegister batches, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch that was just submitted may stay unheard of.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="show">Told of each look.</param>
    /// <exception cref="CommandException">Nothing came of the batch or job that is asked for.</exception>
    public async Task<IReadOnlyList<StatementView>> WaitAsync(Action<IReadOnlyList<StatementView>> show, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var now = await query.RunAsync(ledger, cancellationToken);
            show(now);
            if (now.Count > 0 && now.All(statement => statement.State.IsEnd() || statement.State == StatementState.Held))
                return now;
            if (now.Count == 0 && query.Batch is { } batch && time.GetElapsedTime(began) >= Patience && !await IsComingAsync(batch, cancellationToken))
                throw CommandException.Failed($"nothing is known of {(query.Job is null ? "batch " : "")}{batch}{(query.Job is null ? "" : $"/{query.Job}")}: is that its name, and does a worker run?");

            await Task.Delay(Refresh, time, cancellationToken);
        }
    }

    private async Task<bool> IsComingAsync(string batch, CancellationToken cancellationToken) =>
        await batches.FindAsync(batch, cancellationToken) is { IsExpanded: false }
        || (query.Job is null && (await batches.TotalsAsync(batch, cancellationToken)).Received > 0);
}
