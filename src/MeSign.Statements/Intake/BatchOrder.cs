using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MeSign.Statements.Intake;

/// <summary>A message on <c>statement-batches</c>: expand this manifest from this place on.</summary>
/// <param name="Batch">The batch of every job in the manifest.</param>
/// <param name="Manifest">Name of the manifest's blob in the container <c>statements</c>.</param>
/// <param name="From">Bytes of the manifest that are done.</param>
/// <param name="Line">Lines in those bytes.</param>
/// <param name="ETag">The version of the manifest that those bytes belong to; absent in the bank's own order.</param>
/// <param name="Mapping">Name of the blob in the same container that says what the columns of a CSV manifest mean; absent for JSON Lines.</param>
/// <param name="DataLines">Those lines without blank ones and a CSV header; all of them in an order that does not say.</param>
public sealed record BatchOrder(string Batch, string Manifest, long From = 0, long Line = 0, string? ETag = null, string? Mapping = null, long DataLines = 0)
{
    private const int ETagLength = 100;

    /// <param name="body">UTF-8 JSON or Base64 of it.</param>
    /// <exception cref="StatementFailedException">The order's first fault, named by field.</exception>
    public static BatchOrder Read(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var order = new JobObject(JobBody.Parse(JobBody.Decode(body).Span, "the order"), "");
        order.RequireVersion(1);
        order.RefuseUnknown("version", "batch", "manifest", "mapping", "from", "line", "dataLines", "etag");

        var batch = order.RequiredText("batch", JobLimits.IdLength);
        if (!JobText.IsId(batch))
            throw order.Fault(FailureCode.InvalidField, "batch", $"{JobText.Quote(batch)} is not an id: A–Z a–z 0–9 . _ - only, a letter or digit first");

        var manifest = ReadBlob(order, "manifest");
        var mapping = order.Has("mapping") ? ReadBlob(order, "mapping") : null;
        if (mapping is null && manifest.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            throw order.Fault(FailureCode.MissingField, "mapping", "is absent: a CSV manifest goes with the blob that says what its columns mean");

        var dataLines = order.OptionalCount(order.Has("dataLines") ? "dataLines" : "line");
        return new BatchOrder(batch, manifest, order.OptionalCount("from"), order.OptionalCount("line"), order.OptionalText("etag", ETagLength), mapping, dataLines);
    }

    /// <summary>As <see cref="Read"/>; null where it is no order.</summary>
    public static BatchOrder? TryRead(BinaryData body)
    {
        try
        {
            return Read(body);
        }
        catch (StatementFailedException)
        {
            return null;
        }
    }

    /// <summary>What the manifest is known by among those of its batch.</summary>
    public string ManifestId => $"manifest-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Manifest)).AsSpan(..8))}";

    /// <summary>The job id under which an order itself is on record when it cannot be carried out: one for each place of each manifest.</summary>
    public string PlaceId => From == 0 ? ManifestId : string.Create(CultureInfo.InvariantCulture, $"{ManifestId}-{From}");

    /// <summary>What tells it from whatever else has its <see cref="PlaceId"/>, in whichever words it came; lower-case hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Manifest}\0{PlaceId}")));

    /// <summary>The order as JSON, to be sent once more.</summary>
    public BinaryData ToJson()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("batch", Batch);
            json.WriteString("manifest", Manifest);
            if (Mapping is not null)
                json.WriteString("mapping", Mapping);
            json.WriteNumber("from", From);
            json.WriteNumber("line", Line);
            json.WriteNumber("dataLines", DataLines);
            if (ETag is not null)
                json.WriteString("etag", ETag);
            json.WriteEndObject();
        }

        return new BinaryData(buffer.WrittenMemory);
    }

    private static string ReadBlob(JobObject order, string name)
    {
        var blob = order.RequiredRawText(name);
        return BlobName.FindProblem(blob) is { } problem
            ? throw order.Fault(FailureCode.DocumentNotAllowed, name, $"{JobText.Quote(blob)} {problem}")
            : blob;
    }
}
