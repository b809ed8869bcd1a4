using System.Buffers;
using System.Buffers.Text;

namespace MeSign.Statements.Storage;

/// <summary>
/// The text of queue messages: Base64 of a JSON object in UTF-8, as the Functions host writes and expects it by default;
/// the bare object is read too.
/// </summary>
internal static class QueueText
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static BinaryData Encode(ReadOnlySpan<byte> json)
    {
        var base64 = new byte[Base64.GetMaxEncodedToUtf8Length(json.Length)];
        Base64.EncodeToUtf8(json, base64, out _, out var written);
        return BinaryData.FromBytes(base64.AsMemory(0, written));
    }

    /// <returns>What begins like a JSON object, without a byte order mark; null where the body is neither form.</returns>
    public static ReadOnlyMemory<byte>? TryDecode(BinaryData body)
    {
        var text = body.ToMemory();
        if (BeginsObject(text.Span))
            return WithoutMark(text);

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text.Span, decoded, out _, out var written) != OperationStatus.Done)
            return null;

        var json = new ReadOnlyMemory<byte>(decoded, 0, written);
        if (!BeginsObject(json.Span))
            return null;
        return WithoutMark(json);
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
