using System.Buffers;
using System.Buffers.Text;

namespace MeSign.Statements.Sealing;

/// <summary>Base64 in lines of 76 characters, each ended by CRLF, the last one too (RFC 2045 §6.8).</summary>
internal static class Base64Lines
{
    private const int SourceLine = 57;
    private const int TextLine = 76;
    private const int LinesAtOnce = 64;

    private const int ChunkBytes = SourceLine * LinesAtOnce;

    private const int ChunkText = (TextLine + 2) * LinesAtOnce;

    public static long EncodedLength(long bytes) => (bytes + 2) / 3 * 4 + (bytes + SourceLine - 1) / SourceLine * 2;

    /// <summary>Encodes a row of pieces on its way; each piece of text is good until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Encode(IEnumerable<ReadOnlyMemory<byte>> source)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        var text = ArrayPool<byte>.Shared.Rent(ChunkText);
        var unbroken = ArrayPool<byte>.Shared.Rent(TextLine * LinesAtOnce);
        var filled = 0;
        foreach (var piece in source)
        {
            for (var rest = piece; !rest.IsEmpty;)
            {
                if (filled == 0 && rest.Length >= ChunkBytes)
                {
                    yield return text.AsMemory(0, EncodeChunk(rest.Span[..ChunkBytes], text, unbroken));
                    rest = rest[ChunkBytes..];
                    continue;
                }

                var take = Math.Min(ChunkBytes - filled, rest.Length);
                rest.Span[..take].CopyTo(chunk.AsSpan(filled));
                rest = rest[take..];
                filled += take;
                if (filled < ChunkBytes)
                    continue;
                yield return text.AsMemory(0, EncodeChunk(chunk.AsSpan(0, filled), text, unbroken));
                filled = 0;
            }
        }
        if (filled > 0)
            yield return text.AsMemory(0, EncodeChunk(chunk.AsSpan(0, filled), text, unbroken));

        // What they held may have been in clear.
        ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        ArrayPool<byte>.Shared.Return(text, clearArray: true);
        ArrayPool<byte>.Shared.Return(unbroken, clearArray: true);
    }

    /// <summary>Encodes at most <see cref="ChunkBytes"/>.</summary>
    /// <returns>Characters written, line ends included.</returns>
    private static int EncodeChunk(ReadOnlySpan<byte> chunk, Span<byte> target, Span<byte> unbroken)
    {
        Base64.EncodeToUtf8(chunk, unbroken, out _, out var length);

        // Whole lines are copied at a length that the compiler knows, which is what makes it fast.
        ReadOnlySpan<byte> rest = unbroken[..length];
        var written = 0;
        for (; rest.Length >= TextLine; rest = rest[TextLine..])
        {
            var line = target.Slice(written, TextLine + 2);
            rest[..TextLine].CopyTo(line);
            line[TextLine] = (byte)'\r';
            line[TextLine + 1] = (byte)'\n';
            written += TextLine + 2;
        }
        if (rest.IsEmpty)
            return written;

        rest.CopyTo(target[written..]);
        written += rest.Length;
        target[written++] = (byte)'\r';
        target[written++] = (byte)'\n';
        return written;
    }
}
