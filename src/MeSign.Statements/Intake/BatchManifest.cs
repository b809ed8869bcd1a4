using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Intake;

/// <summary>Reads manifests: blobs in JSON Lines or CSV, one job a line, of any length, some lines at a time.</summary>
public sealed class BatchManifest
{
    private const int BlockBytes = 512 * 1024;

    /// <summary>Whatever a manifest holds, one chunk reads no more lines than begin in this many bytes.</summary>
    private const int ChunkBytes = 8 * 1024 * 1024;

    private readonly BlobContainerClient _container;
    private readonly int _linesPerChunk;

    internal BatchManifest(BlobServiceClient blobs, IOptions<IntakeOptions> options)
    {
        _container = blobs.GetBlobContainerClient(StorageNames.Documents);
        _linesPerChunk = options.Value.LinesPerChunk;
    }

    /// <summary>The next lines from <see cref="BatchOrder.From"/> on. Empty lines are passed over; a bad line ends nothing.</summary>
    /// <exception cref="StatementFailedException">ManifestNotFound, ManifestChanged, or InvalidField for a place behind the end.</exception>
    /// <exception cref="RequestFailedException">Storage does not answer, or refuses this host.</exception>
    public async Task<ManifestChunk> ReadAsync(BatchOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var lines = new List<ManifestLine>();
        var form = order.Mapping is null ? null : await ReadFormAsync(order, cancellationToken);
        var reader = new ManifestLineReader(order, form?.Form);
        var cutter = new LineCutter(JobLimits.Bytes, order.From, form?.Quotes());
        var (position, number, etag) = (order.From, order.Line, form?.ETag ?? order.ETag);
        while (true)
        {
            var block = await ReadBlockAsync(order with { From = position, ETag = etag }, cancellationToken);
            position += block.Bytes.Length;
            etag = block.ETag;

            cutter.Feed(block.Bytes, isLast: position >= block.ManifestLength);
            while (lines.Count < _linesPerChunk && cutter.Position - order.From < ChunkBytes && cutter.TryTake(out var line))
            {
                number++;
                if (form is not null && number == 1)
                    continue;
                if (line.IsTooLong)
                    lines.Add(reader.TooLong(number, line.Offset));
                else if (!line.IsBlank)
                    lines.Add(reader.Read(number, line.Offset, line.Text));
            }

            if (cutter.Position >= block.ManifestLength)
                return new ManifestChunk(lines, null);
            if (lines.Count >= _linesPerChunk || cutter.Position - order.From >= ChunkBytes)
                return new ManifestChunk(lines, order with { From = cutter.Position, Line = number, DataLines = order.DataLines + lines.Count, ETag = etag });
        }
    }

    /// <summary>The mapping and the header that every chunk of a CSV manifest is read by.</summary>
    private async Task<CsvHead> ReadFormAsync(BatchOrder order, CancellationToken cancellationToken)
    {
        var mapping = CsvMapping.Read((await ReadBlockAsync(new BatchOrder(order.Batch, order.Mapping!), cancellationToken)).Bytes);
        var block = await ReadBlockAsync(order with { From = 0 }, cancellationToken);
        var cutter = new LineCutter(JobLimits.Bytes, 0, CsvHead.QuotesOf(mapping));
        // A header that does not end in this block is too long anyway.
        cutter.Feed(block.Bytes, isLast: true);
        cutter.TryTake(out var header);
        return new CsvHead(mapping, new CsvForm(mapping, header), block.ETag);
    }

    private async Task<Block> ReadBlockAsync(BatchOrder order, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(order.From, BlockBytes),
            Conditions = order.ETag is null ? null : new BlobRequestConditions { IfMatch = new ETag(order.ETag) },
        };
        try
        {
            var response = await _container.GetBlobClient(order.Manifest).DownloadContentAsync(options, cancellationToken);
            var details = response.Value.Details;
            return new Block(response.Value.Content.ToMemory(), LengthOf(details.ContentRange), details.ETag.ToString());
        }
        catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            throw Failure(FailureCode.ManifestNotFound, order, "does not exist: upload it before its order is sent", fault);
        }
        catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            // The place is one in other bytes: going on there would skip jobs or cut one in two.
            throw Failure(FailureCode.ManifestChanged, order, "was replaced while it was being expanded: send an order for it as a new batch", fault);
        }
        catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.InvalidRange)
        {
            // An empty blob has no range at all.
            return order.From == 0
                ? new Block(ReadOnlyMemory<byte>.Empty, 0, "")
                : throw new StatementFailedException(FailureCode.InvalidField, string.Create(CultureInfo.InvariantCulture, $"from {order.From} is not inside the manifest"), fault);
        }
    }

    /// <summary>The whole length in <c>Content-Range: bytes 0-99/1234</c> (RFC 9110 §14.4).</summary>
    private static long LengthOf(string contentRange) => long.Parse(contentRange.AsSpan(contentRange.IndexOf('/', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    private static StatementFailedException Failure(FailureCode code, BatchOrder order, string problem, Exception fault) =>
        new(code, $"manifest {JobText.Quote(order.Manifest)} {problem}", fault);

    private readonly record struct Block(ReadOnlyMemory<byte> Bytes, long ManifestLength, string ETag);

    private sealed record CsvHead(CsvMapping Mapping, CsvForm Form, string ETag)
    {
        public CsvQuotes Quotes() => QuotesOf(Mapping);

        public static CsvQuotes QuotesOf(CsvMapping mapping) => new((byte)mapping.Delimiter, JobLimits.Bytes);
    }
}
