using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Intake;

/// <summary>Reads manifests: blobs in JSON Lines, one job a line, of any length, some lines at a time.</summary>
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
        var cutter = new LineCutter(JobLimits.Bytes, order.From);
        var (position, number, etag) = (order.From, order.Line, order.ETag);
        while (true)
        {
            var block = await ReadBlockAsync(order with { From = position, ETag = etag }, cancellationToken);
            position += block.Bytes.Length;
            etag = block.ETag;

            cutter.Feed(block.Bytes, isLast: position >= block.ManifestLength);
            while (lines.Count < _linesPerChunk && cutter.Position - order.From < ChunkBytes && cutter.TryTake(out var line))
            {
                number++;
                if (line.IsTooLong)
                    lines.Add(ManifestLineReader.TooLong(order, number, line.Offset));
                else if (!line.IsBlank)
                    lines.Add(ManifestLineReader.Read(order, number, line.Offset, line.Text));
            }

            if (cutter.Position >= block.ManifestLength)
                return new ManifestChunk(lines, null);
            if (lines.Count >= _linesPerChunk || cutter.Position - order.From >= ChunkBytes)
                return new ManifestChunk(lines, order with { From = cutter.Position, Line = number, ETag = etag });
        }
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
}
