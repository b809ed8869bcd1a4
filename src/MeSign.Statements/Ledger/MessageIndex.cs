using System.Text.RegularExpressions;
using Azure.Data.Tables;

namespace MeSign.Statements.Ledger;

/// <summary>
/// Finds a statement by what a bounce says of its message. The name of a message is the local part of its Message-ID,
/// 32 hex digits; it is also the transaction's ENVID and the variable part of the return path.
/// </summary>
/// <remarks>Entry: PartitionKey the 32 digits, RowKey <c>batch|job</c>, in the table of the recipients' index.</remarks>
internal sealed partial class MessageIndex(TableClient table)
{
    private const int MostNames = 20;

    public async Task AddAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        if (NameOf(row) is { } name)
            await table.UpsertEntityAsync(LedgerRowEntity.IndexOf(row.Key, name), TableUpdateMode.Replace, cancellationToken);
    }

    /// <returns>Null where it has no message of ours.</returns>
    public static string? NameOf(LedgerRow row) => Name().Match(row.MessageId ?? "") is { Success: true } name ? name.Value : null;

    /// <param name="references">Message-IDs, envelope ids, return paths: the surest first.</param>
    public async Task<StatementKey?> FindAsync(IEnumerable<string> references, CancellationToken cancellationToken)
    {
        foreach (var name in references.Select(reference => Name().Match(reference)).Where(match => match.Success).Select(match => match.Value).Distinct(StringComparer.Ordinal).Take(MostNames))
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {name}");
            await foreach (var entry in table.QueryAsync<TableEntity>(filter, maxPerPage: 1, cancellationToken: cancellationToken))
                return LedgerRowEntity.KeyOf(entry);
        }

        return null;
    }

    [GeneratedRegex("(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
