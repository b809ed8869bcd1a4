using System.Buffers;
using System.Buffers.Text;

namespace MeSign.Statements.Delivery;

/// <summary>The text of our queue messages: Base64 of UTF-8 JSON, as the Functions host writes and expects it by default.</summary>
internal static class QueueBody
{
    public static BinaryData Encode(ReadOnlySpan<byte> json)
    {
        var base64 = new byte[Base64.GetMaxEncodedToUtf8Length(json.Length)];
        Base64.EncodeToUtf8(json, base64, out _, out var written);
        return BinaryData.FromBytes(base64.AsMemory(0, written));
    }

    /// <summary>The JSON in a body. A body that is not Base64 is returned as it is: a JSON object never is Base64.</summary>
    public static ReadOnlyMemory<byte> Decode(BinaryData body)
    {
        var text = body.ToMemory();
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text.Span, decoded, out _, out var written) == OperationStatus.Done
            ? decoded.AsMemory(0, written)
            : text;
    }
}
