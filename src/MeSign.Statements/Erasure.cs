using System.Collections.Concurrent;
using Azure;
using MeSign.Statements.Delivery;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// Removes what is not to be kept: by age and issuer in every sweep, by recipient when somebody asks. What has not ended is
/// never touched; the hashes stay, so that the audit holds.
/// </summary>
public sealed partial class Erasure
{
    private const int Parallelism = 16;

    private readonly LedgerErasure _rows;
    private readonly StatementLedger _ledger;
    private readonly RecipientHasher _hasher;
    private readonly DocumentStore _documents;
    private readonly Outbox _outbox;
    private readonly HeldJobs _held;
    private readonly SuppressionList _suppressions;
    private readonly Func<IssuerDirectory> _issuers;
    private readonly SweepMetrics _metrics;
    private readonly int _perRun;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="issuers">Whose settings say how long; asked for by sweeps only, so that a person can erase without their keys at hand.</param>
    internal Erasure(
        LedgerErasure rows, StatementLedger ledger, RecipientHasher hasher, DocumentStore documents, Outbox outbox, HeldJobs held, SuppressionList suppressions, Func<IssuerDirectory> issuers, SweepMetrics metrics, IOptions<SweepOptions> options, TimeProvider time, ILogger<Erasure> logger)
    {
        _rows = rows;
        _ledger = ledger;
        _hasher = hasher;
        _documents = documents;
        _outbox = outbox;
        _held = held;
        _suppressions = suppressions;
        _issuers = issuers;
        _metrics = metrics;
        _perRun = options.Value.RepairsPerRun;
        _time = time;
        _logger = logger;
    }

    /// <summary>Erases an address from all statements that have ended: the messages, the documents, and who it was.</summary>
    /// <param name="by">Who asked for it, for the history.</param>
    /// <returns>How many were erased, and which are still on the way.</returns>
    public async Task<(int Erased, IReadOnlyList<StatementKey> OnTheWay)> EraseAsync(string address, string by, CancellationToken cancellationToken)
    {
        var (erased, left) = (0, new List<StatementKey>());
        // Read to its end first: erasing removes the entries that are being read.
        foreach (var row in await _ledger.ByRecipientAsync(address, cancellationToken).ToListAsync(cancellationToken))
        {
            if (!row.State.IsEnd())
            {
                left.Add(row.Key);
                continue;
            }

            try
            {
                await RemoveAllAsync(row, everything: false, $"recipient erased by {by}", cancellationToken);
            }
            catch (LedgerConflictException)
            {
                // Somebody has just decided to send it again, or a bounce came.
                left.Add(row.Key);
                continue;
            }

            Log.Erased(_logger, row.Batch, row.Job);
            erased++;
        }

        var recipient = _hasher.Hash(address);
        await _suppressions.ForgetStatementAsync(recipient, cancellationToken);
        await _rows.ForgetRecipientAsync(recipient, cancellationToken);
        return (erased, left);
    }

    /// <summary>Removes what is older than its issuer keeps it.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var issuer in _issuers().All)
        {
            await RunAsync(issuer.Id, issuer.Retention.Documents, Kept.Document, cancellationToken);
            await RunAsync(issuer.Id, issuer.Retention.Messages, Kept.Message, cancellationToken);
            await RunAsync(issuer.Id, issuer.Retention.Rows, Kept.Row, cancellationToken);
        }
    }

    private async Task RunAsync(string issuer, TimeSpan? age, Kept kept, CancellationToken cancellationToken)
    {
        if (age is not { } keep)
            return;

        var (removed, refused) = (0, new ConcurrentQueue<string?>());
        var due = _rows.DueAsync(issuer, _time.GetUtcNow() - keep, kept, _perRun, cancellationToken);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (row, cancelled) =>
        {
            try
            {
                await RemoveAsync(row, kept, cancelled);
                Interlocked.Increment(ref removed);
            }
            catch (LedgerConflictException)
            {
                // Another sweep was here, or a bounce came: the next one looks again.
            }
            catch (RequestFailedException refusal) when (StorageOutage.IsRefusal(refusal))
            {
                // A legal hold, or somebody's lease: it holds up no other, and the next one tries again.
                refused.Enqueue(refusal.ErrorCode);
            }
        });

        if (!refused.IsEmpty)
            Log.Refused(_logger, issuer, kept, refused.Count, string.Join(", ", refused.Distinct(StringComparer.Ordinal)));
        if (removed == 0)
            return;
        Log.Removed(_logger, issuer, kept, removed);
        _metrics.Removed(issuer, kept, removed);
    }

    private async Task RemoveAsync(LedgerRow row, Kept kept, CancellationToken cancellationToken)
    {
        switch (kept)
        {
            case Kept.Document:
                // Without its document nobody can retry it.
                if (row is { State: StatementState.Abandoned, HasMessage: false })
                    row = await CloseAsync(row, cancellationToken);
                await RemoveDocumentAsync(row, cancellationToken);
                await _rows.ForgetAsync(row, kept, cancellationToken);
                break;

            case Kept.Message:
                // Dead between the two, the message is one that no row claims, and goes as such.
                await _rows.ForgetAsync(row, kept, cancellationToken);
                await _outbox.RemoveAsync(row.Key, cancellationToken);
                break;

            default:
                await RemoveAllAsync(row, everything: true, "removed by age", cancellationToken);
                break;
        }
    }

    /// <summary>Dead anywhere in it, the row still says whose it is, and whoever comes next does it all again.</summary>
    private async Task RemoveAllAsync(LedgerRow row, bool everything, string note, CancellationToken cancellationToken)
    {
        var closed = await CloseAsync(row, cancellationToken);
        await RemoveDocumentAsync(closed, cancellationToken);
        await _outbox.RemoveAsync(closed.Key, cancellationToken);
        await _rows.EraseAsync(closed, everything, note, cancellationToken);
    }

    /// <summary>
    /// Leaves nothing to send again before anything of it goes: who reads the row from now on finds no job and no message, and who
    /// had read it before finds it changed, or has changed it, and then it keeps everything.
    /// </summary>
    /// <exception cref="LedgerConflictException">The row changed since it was read.</exception>
    private async Task<LedgerRow> CloseAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        await _held.RemoveAsync(row.Batch, row.Job, cancellationToken);
        return await _rows.ForgetAsync(row, Kept.Message, cancellationToken);
    }

    /// <summary>A document that others name as well goes with the last of them.</summary>
    private async Task RemoveDocumentAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        if (row.DocumentBlob is { } blob && await _rows.ReleaseDocumentAsync(row, cancellationToken))
            await _documents.RemoveAsync(blob, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Batch}/{Job}: its recipient is erased")]
        public static partial void Erased(ILogger logger, string batch, string job);

        [LoggerMessage(LogLevel.Warning, "Issuer {Issuer}: {Count} too old of the kind {Kind} cannot be removed, the next sweep tries again: storage says {Codes}")]
        public static partial void Refused(ILogger logger, string issuer, Kept kind, int count, string codes);

        [LoggerMessage(LogLevel.Information, "Issuer {Issuer}: {Count} removed by age of the kind {Kind}")]
        public static partial void Removed(ILogger logger, string issuer, Kept kind, int count);
    }
}
