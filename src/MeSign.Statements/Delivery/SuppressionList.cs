using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Delivery;

/// <summary>Recipients who are written to no more, by keyed hash: the table <c>suppressions</c>.</summary>
/// <remarks>Entity: PartitionKey the hash, RowKey <c>entry</c>.</remarks>
public sealed class SuppressionList(TableServiceClient tables, TimeProvider time)
{
    private const string Row = "entry";

    private readonly TableClient _table = tables.GetTableClient(StorageNames.Suppressions);

    /// <returns>Null where the recipient may be written to; an entry that has expired counts for nothing.</returns>
    public async Task<Suppression?> FindAsync(string? recipientHash, CancellationToken cancellationToken)
    {
        if (recipientHash is null)
            return null;

        var found = await _table.GetEntityIfExistsAsync<TableEntity>(recipientHash, Row, cancellationToken: cancellationToken);
        return found.HasValue && Read(found.Value!) is var suppression && !HasExpired(suppression) ? suppression : null;
    }

    /// <summary>Adds an entry; one that is there and lasts longer stays as it is.</summary>
    public async Task AddAsync(Suppression suppression, CancellationToken cancellationToken)
    {
        if (await FindAsync(suppression.RecipientHash, cancellationToken) is { } kept && !(suppression.Expires is null && kept.Expires is not null) && !(suppression.Expires > kept.Expires))
            return;

        await _table.UpsertEntityAsync(Write(suppression), TableUpdateMode.Replace, cancellationToken);
    }

    /// <returns>False where there was none.</returns>
    public async Task<bool> RemoveAsync(string recipientHash, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(recipientHash, Row, cancellationToken: cancellationToken);
        if (!found.HasValue)
            return false;

        await _table.DeleteEntityAsync(recipientHash, Row, cancellationToken: cancellationToken);
        return true;
    }

    /// <summary>Every entry that has not expired.</summary>
    public async IAsyncEnumerable<Suppression> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in _table.QueryAsync<TableEntity>(cancellationToken: cancellationToken))
        {
            if (Read(entity) is var suppression && !HasExpired(suppression))
                yield return suppression;
        }
    }

    private bool HasExpired(Suppression suppression) => suppression.Expires <= time.GetUtcNow();

    private static TableEntity Write(Suppression suppression) => new(suppression.RecipientHash, Row)
    {
        [nameof(suppression.Cause)] = suppression.Cause.ToString(),
        [nameof(suppression.Detail)] = suppression.Detail,
        [nameof(suppression.Statement)] = suppression.Statement,
        [nameof(suppression.Since)] = suppression.Since,
        [nameof(suppression.Expires)] = suppression.Expires,
    };

    private static Suppression Read(TableEntity entity) => new(
        entity.PartitionKey,
        Enum.Parse<SuppressionCause>(entity.GetString(nameof(Suppression.Cause))),
        entity.GetString(nameof(Suppression.Detail)),
        entity.GetString(nameof(Suppression.Statement)),
        entity.GetDateTimeOffset(nameof(Suppression.Since)) ?? default,
        entity.GetDateTimeOffset(nameof(Suppression.Expires)));
}
