using MeSign.Statements.Ledger;
using MeSign.Statements.Operations;

namespace MeSign.Statements.Cli.Status;

/// <summary>Which statements are asked for. Every part given must hold.</summary>
internal sealed record StatusQuery(string? Batch, string? Job, StatementState? State, string? Recipient)
{
    private static readonly StatementState[] OnTheWay = [.. Enum.GetValues<StatementState>().Where(state => !state.IsEnd())];

    public async Task<IReadOnlyList<StatementView>> RunAsync(StatementLedger ledger, CancellationToken cancellationToken)
    {
        var found = new List<StatementView>();
        await foreach (var row in RowsAsync(ledger, cancellationToken))
        {
            if ((Batch is null || row.Batch == Batch) && (State is null || row.State == State))
                found.Add(StatementView.Of(row));
        }

        return found;
    }

    private IAsyncEnumerable<LedgerRow> RowsAsync(StatementLedger ledger, CancellationToken cancellationToken) => this switch
    {
        { Batch: { } batch, Job: { } job } => OneAsync(ledger, new StatementKey(batch, job), cancellationToken),
        { Recipient: { } recipient } => ledger.ByRecipientAsync(recipient, cancellationToken),
        { Batch: { } batch } => ledger.ByBatchAsync(batch, cancellationToken),
        { State: { } state } => ledger.ByStateAsync(state, cancellationToken),
        _ => OnTheWay.ToAsyncEnumerable().SelectMany(state => ledger.ByStateAsync(state, cancellationToken)),
    };

    private static async IAsyncEnumerable<LedgerRow> OneAsync(
        StatementLedger ledger, StatementKey key, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync(key, cancellationToken) is { } row)
            yield return row;
    }
}
