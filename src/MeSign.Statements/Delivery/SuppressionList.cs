using System.Runtime.CompilerServices;
using Azure;
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
    public Task AddAsync(Suppression suppression, CancellationToken cancellationToken) => ChangeAsync(
        suppression.RecipientHash,
        kept => kept is null || HasExpired(kept) || (kept.Expires is { } end && !(suppression.Expires <= end)) ? suppression : null,
        cancellationToken);

    /// <summary>Drops which statement came back; that the recipient is written to no more stays.</summary>
    public Task ForgetStatementAsync(string recipientHash, CancellationToken cancellationToken) =>
        ChangeAsync(recipientHash, kept => kept is { Statement: not null } ? kept with { Statement = null } : null, cancellationToken);

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

    /// <param name="change">Of what is there, or of nothing; null to leave it.</param>
    private async Task ChangeAsync(string recipientHash, Func<Suppression?, Suppression?> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await _table.GetEntityIfExistsAsync<TableEntity>(recipientHash, Row, cancellationToken: cancellationToken);
            if (change(found.HasValue ? Read(found.Value!) : null) is not { } changed)
                return;

            try
            {
                if (found.HasValue)
                    await _table.UpdateEntityAsync(Write(changed), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                else
                    await _table.AddEntityAsync(Write(changed), cancellationToken);
                return;
            }
            catch (RequestFailedException quicker) when (quicker.Status is 404 or 409 or 412)
            {
                // A person, or another bounce: what is there now may last longer.
            }
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
