using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Ledger;

/// <summary>Looks for rows that meet a condition all over the ledger, a stretch of it a run.</summary>
/// <remarks>
/// No index leads to rows by state or time: one would cost two more writes for every statement, to find what hardly ever is
/// there. So the service evaluates the condition row by row, and sends what meets it. One request of it ends after 1,000 hits or
/// five seconds or at a border between partition servers, whichever is first, with a token to go on; a run makes at most
/// <see cref="PagesPerRun"/> of them for a condition and leaves the rest to the next one. A million settled rows are so 50 requests
/// and tokens a run, at most 250 s of the service's time and hardly a byte of ours; a ledger that takes more than these requests is gone
/// through in several runs, however large it is.
/// </remarks>
internal sealed partial class LedgerScan(TableServiceClient tables, ScanPositions positions, ILogger<LedgerScan> logger)
{
    public const int PagesPerRun = 50;

    /// <summary>The most that the service puts in one answer.</summary>
    private const int LargestPage = 1000;

    private readonly TableClient _statements = tables.GetTableClient(StorageNames.Ledger);

    /// <param name="scan">Under which name its position is kept.</param>
    /// <param name="filter">OData; at most 15 comparisons.</param>
    /// <param name="most">After so many rows it ends, and goes on next time.</param>
    /// <remarks>Where the caller gives up half-way, the next run reads the same stretch again.</remarks>
    public async IAsyncEnumerable<LedgerRow> NextAsync(string scan, string filter, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var begin = await positions.FindAsync(scan, cancellationToken);
        var (token, pages, found) = (begin, 0, 0);
        await foreach (var page in _statements.QueryAsync<TableEntity>(filter, Math.Min(most, LargestPage), cancellationToken: cancellationToken).AsPages(begin))
        {
            foreach (var entity in page.Values.Where(LedgerRowEntity.IsRow))
            {
                if (LedgerRowEntity.TryRead(entity) is { } row)
                    yield return row;
                else
                    Log.Unreadable(logger, entity.PartitionKey, entity.RowKey);
            }

            token = page.ContinuationToken;
            found += page.Values.Count;
            if (++pages == PagesPerRun || found + Math.Min(most, LargestPage) > most)
                break;
        }

        if (begin is not null || token is not null)
            await positions.SaveAsync(scan, token, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Batch}/{Job} cannot be read and is passed over: altered, or written by a newer version; mesign audit looks at its batch")]
        public static partial void Unreadable(ILogger logger, string batch, string job);
    }
}
