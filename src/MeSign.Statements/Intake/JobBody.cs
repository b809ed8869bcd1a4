using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Intake;

/// <summary>The JSON of a job or an order, within its limits.</summary>
internal static class JobBody
{
    private const int MaxJsonDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxJsonDepth };

    /// <summary>The JSON's bytes without a byte order mark.</summary>
    /// <exception cref="StatementFailedException">UnreadableJob or OversizedField.</exception>
    public static ReadOnlyMemory<byte> Decode(BinaryData body)
    {
        var bytes = QueueText.TryDecode(body)
            ?? throw new StatementFailedException(FailureCode.UnreadableJob, "the message is neither JSON nor Base64 of JSON: send one JSON object");
        if (bytes.Length > JobLimits.Bytes)
        {
            throw new StatementFailedException(FailureCode.OversizedField, string.Create(CultureInfo.InvariantCulture,
                $"the job is {bytes.Length:N0} bytes of JSON: at most {JobLimits.Bytes:N0} are read"));
        }

        return bytes;
    }

    /// <exception cref="StatementFailedException">UnreadableJob.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json, string what)
    {
        // The JSON reader looks into strings only when they are asked for, and then throws something else.
        if (!Utf8.IsValid(json))
            throw new StatementFailedException(FailureCode.UnreadableJob, $"{what} is not UTF-8: encode it so");

        try
        {
            return JsonElement.Parse(json, Strict);
        }
        catch (JsonException fault)
        {
            throw new StatementFailedException(FailureCode.UnreadableJob, string.Create(CultureInfo.InvariantCulture,
                $"{what} is not JSON: the fault is in line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}"), fault);
        }
    }
}
