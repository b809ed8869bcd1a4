using Azure.Data.Tables;

namespace MeSign.Statements.Storage;

/// <summary>Where the next sweep goes on with what is read a stretch at a time, as rows of the table of batches.</summary>
/// <remarks>Two sweeps at once read the same stretch, and the later of their positions stays: something is read twice, nothing is passed over.</remarks>
internal sealed class ScanPositions(TableServiceClient tables)
{
    // No batch is called that.
    private const string Partition = "|scan";
    private const string Token = "Token";

    private readonly TableClient _table = tables.GetTableClient(StorageNames.LedgerBatches);

    /// <returns>Null for the beginning.</returns>
    public async Task<string?> FindAsync(string scan, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(Partition, scan, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value!.GetString(Token) : null;
    }

    /// <param name="scan">Its name.</param>
    /// <param name="token">The service's continuation; null or empty where the end was reached.</param>
    public async Task SaveAsync(string scan, string? token, CancellationToken cancellationToken) =>
        await _table.UpsertEntityAsync(new TableEntity(Partition, scan) { [Token] = string.IsNullOrEmpty(token) ? null : token }, TableUpdateMode.Replace, cancellationToken);
}
