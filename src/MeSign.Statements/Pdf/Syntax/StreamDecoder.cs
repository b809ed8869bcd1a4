using System.IO.Compression;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Filters of cross-reference and object streams (ISO 32000-2 §7.4), bounded in what they put out.</summary>
internal static class StreamDecoder
{
    /// <param name="raw">The stream's data as it is in the file.</param>
    /// <param name="filters">Filter names with their parameters, in the order in which they are undone.</param>
    /// <param name="limit">Most bytes to put out.</param>
    public static ReadOnlyMemory<byte> Decode(
        ReadOnlyMemory<byte> raw, IEnumerable<(string Name, PdfDictionary? Parameters)> filters, long limit, PdfStream self)
    {
        var data = raw;
        foreach (var (name, parameters) in filters)
        {
            data = name switch
            {
                "FlateDecode" or "Fl" => Predictor.Undo(Inflate(data, limit, self), parameters, self),
                "LZWDecode" or "LZW" => Predictor.Undo(LzwDecoder.Decode(data.Span, parameters, limit, self), parameters, self),
                "ASCIIHexDecode" or "AHx" => AsciiHex(data.Span, self),
                "ASCII85Decode" or "A85" => Ascii85(data.Span, self),
                "RunLengthDecode" or "RL" => RunLength(data.Span, limit, self),
                // Undone before, with the document's key.
                "Crypt" => data,
                _ => throw new StatementFailedException(
                    FailureCode.DocumentNotSupported,
                    $"PDF object {self.Self.Number} {self.Self.Generation}: its stream's filter is none that object and cross-reference streams use"),
            };
        }

        return data;
    }

    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> data, long limit, PdfStream self)
    {
        using var source = new ReadOnlyMemoryStream(data);
        using var inflater = new ZLibStream(source, CompressionMode.Decompress);
        var output = new byte[Math.Clamp(data.Length * 4L, 1024, Math.Max(1024, limit))];
        var length = 0;
        try
        {
            while (true)
            {
                var read = inflater.Read(output.AsSpan(length));
                if (read == 0)
                    return output.AsMemory(0, length);
                length += read;
                if (length > limit)
                    throw TooLarge(self);
                if (length == output.Length)
                    Array.Resize(ref output, (int)Math.Min(output.Length * 2L, limit + 1));
            }
        }
        // An IOException of the decompressor: the data asks for a dictionary that no PDF brings (RFC 1950 §2.2).
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw PdfDamage.In(self, "its compressed stream cannot be decompressed", exception);
        }
    }

    private static byte[] AsciiHex(ReadOnlySpan<byte> data, PdfStream self)
    {
        var end = data.IndexOf((byte)'>');
        try
        {
            return PdfText.DecodeHex(end < 0 ? data : data[..end], 0);
        }
        catch (StatementFailedException)
        {
            throw PdfDamage.In(self, "its stream is not the hexadecimal text that its filter says");
        }
    }

    private static byte[] Ascii85(ReadOnlySpan<byte> data, PdfStream self)
    {
        var output = new List<byte>(data.Length);
        Span<byte> group = stackalloc byte[5];
        var count = 0;
        foreach (var value in data)
        {
            if (value == '~')
                break;
            if (PdfLexer.IsWhitespace(value))
                continue;
            if (value == 'z' && count == 0)
            {
                output.AddRange([0, 0, 0, 0]);
                continue;
            }

            if (value is < (byte)'!' or > (byte)'u')
                throw PdfDamage.In(self, "its stream is not the base-85 text that its filter says");
            group[count++] = (byte)(value - '!');
            if (count == 5)
            {
                Flush(group, 4, output);
                count = 0;
            }
        }

        if (count > 1)
        {
            group[count..].Fill(84);
            Flush(group, count - 1, output);
        }

        return [.. output];
    }

    private static void Flush(ReadOnlySpan<byte> group, int bytes, List<byte> output)
    {
        ulong value = 0;
        foreach (var digit in group)
            value = (value * 85) + digit;
        for (var i = 0; i < bytes; i++)
            output.Add((byte)(value >> (24 - (8 * i))));
    }

    private static byte[] RunLength(ReadOnlySpan<byte> data, long limit, PdfStream self)
    {
        using var output = new MemoryStream();
        for (var i = 0; i < data.Length && data[i] != 128;)
        {
            var length = data[i++];
            if (length < 128)
            {
                var literal = data[i..Math.Min(i + length + 1, data.Length)];
                output.Write(literal);
                i += literal.Length;
            }
            else if (i < data.Length)
            {
                for (var n = 257 - length; n > 0; n--)
                    output.WriteByte(data[i]);
                i++;
            }

            if (output.Length > limit)
                throw TooLarge(self);
        }

        return output.ToArray();
    }

    public static StatementFailedException TooLarge(PdfStream self) =>
        PdfDamage.In(self, "its stream decompresses to more than any document needs");

    private sealed class ReadOnlyMemoryStream(ReadOnlyMemory<byte> data) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => data.Length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, data.Length - _position);
            data.Span.Slice(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
