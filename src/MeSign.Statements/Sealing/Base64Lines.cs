using System.Buffers.Text;

namespace MeSign.Statements.Sealing;

/// <summary>Base64 in lines of 76 characters, each ended by CRLF, the last one too (RFC 2045 §6.8).</summary>
internal static class Base64Lines
{
    private const int SourceLine = 57;
    private const int TextLine = 76;
    private const int LinesAtOnce = 64;

    /// <summary>Length of a chunk that callers may encode on its own in a row of chunks.</summary>
    public const int ChunkBytes = SourceLine * LinesAtOnce;

    /// <summary>Length of a chunk's text.</summary>
    public const int ChunkText = (TextLine + 2) * LinesAtOnce;

    public static long EncodedLength(long bytes) => (bytes + 2) / 3 * 4 + (bytes + SourceLine - 1) / SourceLine * 2;

    /// <summary>
    /// Encodes the end of <paramref name="buffer"/>, from <paramref name="source"/> on, into text that starts at
    /// <paramref name="target"/> and fills the buffer to its end. No second buffer: text is longer than what it encodes
    /// and both end at the same place, so writing from the front never overtakes reading.
    /// </summary>
    public static void EncodeInPlace(Span<byte> buffer, int source, int target)
    {
        if (target + EncodedLength(buffer.Length - source) != buffer.Length)
            throw new ArgumentException("The text does not end where the buffer ends.", nameof(target));

        Span<byte> chunk = stackalloc byte[ChunkBytes];
        while (source < buffer.Length)
        {
            var take = Math.Min(ChunkBytes, buffer.Length - source);
            buffer.Slice(source, take).CopyTo(chunk);
            source += take;
            target += EncodeChunk(chunk[..take], buffer[target..]);
        }
    }

    /// <summary>Encodes all of <paramref name="bytes"/>.</summary>
    /// <returns>What of <paramref name="target"/> is left.</returns>
    public static Span<byte> Encode(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        while (!bytes.IsEmpty)
        {
            var take = Math.Min(ChunkBytes, bytes.Length);
            target = target[EncodeChunk(bytes[..take], target)..];
            bytes = bytes[take..];
        }
        return target;
    }

    /// <summary>Encodes at most <see cref="ChunkBytes"/>.</summary>
    /// <returns>Characters written, line ends included.</returns>
    public static int EncodeChunk(ReadOnlySpan<byte> chunk, Span<byte> target)
    {
        Span<byte> text = stackalloc byte[TextLine * LinesAtOnce];
        Base64.EncodeToUtf8(chunk, text, out _, out var length);

        // Whole lines are copied at a length that the compiler knows, which is what makes it fast.
        ReadOnlySpan<byte> rest = text[..length];
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
