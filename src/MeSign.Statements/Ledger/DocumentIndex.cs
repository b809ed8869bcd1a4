using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Ledger;

/// <summary>Finds the statements that name a document, so that one that is still needed is never removed.</summary>
/// <remarks>Entry: PartitionKey <c>document-</c> and the SHA-256 of the blob's name, RowKey <c>batch|job</c>, in the table of the recipients' index.</remarks>
internal sealed class DocumentIndex(TableServiceClient tables)
{
    /// <summary>Whoever asks wants one of them; a price list may be named by millions.</summary>
    private const int PageSize = 10;

    private readonly TableClient _table = tables.GetTableClient(StorageNames.LedgerRecipients);

    public async Task AddAsync(string blob, StatementKey key, CancellationToken cancellationToken) =>
        await _table.UpsertEntityAsync(LedgerRowEntity.IndexOf(key, Name(blob)), TableUpdateMode.Replace, cancellationToken);

    public async Task RemoveAsync(string blob, StatementKey key, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(Name(blob), LedgerRowEntity.IndexOf(key, "").RowKey, ETag.All, cancellationToken);

    /// <summary>Statements that name the document, ended or not; one of them may have come to nothing since.</summary>
    public IAsyncEnumerable<StatementKey> FindAsync(string blob, CancellationToken cancellationToken) =>
        _table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Name(blob)}"), PageSize, cancellationToken: cancellationToken).Select(LedgerRowEntity.KeyOf);

    private static string Name(string blob) => $"document-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(blob)))}";
}
