using Azure;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// Removes blobs that no statement claims and that are old: finished messages without a row or of one that does not know them,
/// and, where a setting says after what time, documents that no job named. Each run looks at the next 5,000 names of each container.
/// </summary>
internal sealed partial class RemoveUnclaimed(
    BlobScan blobs,
    Outbox outbox,
    DocumentStore documents,
    StatementLedger ledger,
    DocumentIndex claims,
    BatchRegister batches,
    IOptions<SweepOptions> options,
    SweepMetrics metrics,
    TimeProvider time,
    ILogger<RemoveUnclaimed> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await foreach (var name in blobs.NextAsync(StorageNames.Sealed, now - options.Value.UnclaimedMessagesAfter, cancellationToken))
        {
            // The row is there before the message is: whatever is on its way has one. A statement that ended without going on to its
            // message has no use for it: its worker died between the two, and then its time ran out, or it was given up on.
            if (Outbox.KeyOf(name) is not { } key || await ledger.FindAsync(key, cancellationToken) is { } row && (row.HasMessage || !row.State.IsEnd()))
                continue;

            await RemoveAsync("unclaimed-message", () => outbox.RemoveAsync(key, cancellationToken));
        }

        if (options.Value.UnclaimedDocumentsAfter is { } age)
            await RemoveDocumentsAsync(now - age, cancellationToken);
    }

    private async Task RemoveDocumentsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var known = await batches.AllAsync(cancellationToken).ToListAsync(cancellationToken);
        // Lines that nobody has read may name any document.
        if (known.Exists(batch => !batch.IsExpanded))
            return;

        var manifests = known.SelectMany(batch => batch.Parts.Values).SelectMany(part => new[] { part.Manifest, part.Mapping }).ToHashSet(StringComparer.Ordinal);
        await foreach (var name in blobs.NextAsync(StorageNames.Documents, before, cancellationToken))
        {
            if (manifests.Contains(name) || await claims.FindAsync(name, cancellationToken).AnyAsync(cancellationToken))
                continue;

            await RemoveAsync("unclaimed-document", () => documents.RemoveAsync(name, cancellationToken));
        }
    }

    private async Task RemoveAsync(string kind, Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (RequestFailedException refusal) when (StorageOutage.IsRefusal(refusal))
        {
            // A legal hold, or somebody's lease: it holds up no other.
            Log.Refused(logger, kind, refusal.ErrorCode);
            return;
        }

        Log.Removed(logger, kind);
        metrics.Repaired(kind);
    }

    private static partial class Log
    {
        // No name: banks put account numbers into them.
        [LoggerMessage(LogLevel.Warning, "A blob that no statement claims was removed: {Kind}")]
        public static partial void Removed(ILogger logger, string kind);

        [LoggerMessage(LogLevel.Warning, "A blob that no statement claims cannot be removed ({Kind}): storage says {Code}")]
        public static partial void Refused(ILogger logger, string kind, string? code);
    }
}
