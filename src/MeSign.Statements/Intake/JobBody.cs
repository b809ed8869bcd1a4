using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace MeSign.Statements.Intake;

/// <summary>What a queue message holds: JSON in UTF-8, plain or in Base64 as the Functions host writes it.</summary>
internal static class JobBody
{
    private const int MaxJsonDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxJsonDepth };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The JSON's bytes without a byte order mark.</summary>
    /// <exception cref="StatementFailedException">UnreadableJob or OversizedField.</exception>
    public static ReadOnlyMemory<byte> Decode(BinaryData body)
    {
        var bytes = TryDecode(body.ToMemory())
            ?? throw new StatementFailedException(FailureCode.UnreadableJob, "the message is neither JSON nor Base64 of JSON: send one JSON object");
        if (bytes.Length > JobLimits.Bytes)
        {
            throw new StatementFailedException(FailureCode.OversizedField, string.Create(CultureInfo.InvariantCulture,
                $"the job is {bytes.Length:N0} bytes of JSON: at most {JobLimits.Bytes:N0} are read"));
        }

        return bytes;
    }

    /// <summary>As <see cref="Decode"/>, without a limit; null where it is neither form.</summary>
    public static ReadOnlyMemory<byte>? TryDecode(ReadOnlyMemory<byte> body)
    {
        if (BeginsObject(body.Span))
            return WithoutMark(body);

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(body.Length)];
        if (Base64.DecodeFromUtf8(body.Span, decoded, out _, out var written) != OperationStatus.Done)
            return null;

        var json = new ReadOnlyMemory<byte>(decoded, 0, written);
        if (!BeginsObject(json.Span))
            return null;
        return WithoutMark(json);
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

    private static bool BeginsObject(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(ByteOrderMark))
            bytes = bytes[ByteOrderMark.Length..];
        return bytes.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..] : bytes;
}
