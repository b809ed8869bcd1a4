namespace MeSign.Statements.Pdf.Syntax;

/// <summary>LZW as PDF has it (ISO 32000-2 §7.4.4.2): codes of 9 to 12 bits, high bit first, 256 clears, 257 ends.</summary>
internal static class LzwDecoder
{
    private const int Clear = 256;
    private const int End = 257;
    private const int TableSize = 4096;

    public static byte[] Decode(ReadOnlySpan<byte> data, PdfDictionary? parameters, long limit, PdfStream self)
    {
        var early = parameters?["EarlyChange"] is PdfInteger { Value: 0 } ? 0 : 1;
        using var output = new MemoryStream();
        // An entry is an earlier entry and a byte: the output position where it first appeared gives both.
        var starts = new int[TableSize];
        var lengths = new int[TableSize];
        var (next, width, previous) = (End + 1, 9, -1);
        for (int at = 0, bits = 0, held = 0; ;)
        {
            while (bits < width)
            {
                if (at == data.Length)
                    return output.ToArray();
                held = (held << 8) | data[at++];
                bits += 8;
            }

            var code = (held >> (bits - width)) & ((1 << width) - 1);
            bits -= width;
            held &= (1 << bits) - 1;
            if (code == End)
                return output.ToArray();
            if (code == Clear)
            {
                (next, width, previous) = (End + 1, 9, -1);
                continue;
            }

            var start = (int)output.Length;
            if (code < Clear)
                output.WriteByte((byte)code);
            else if (code < next || (code == next && previous >= 0 && next < TableSize))
                Repeat(output, code < next ? starts[code] : previous, code < next ? lengths[code] : start - previous + 1);
            else
                throw PdfDamage.In(self, "its LZW data uses a code before it exists");

            if (output.Length > limit)
                throw StreamDecoder.TooLarge(self);
            if (previous >= 0 && next < TableSize)
            {
                starts[next] = previous;
                lengths[next++] = start - previous + 1;
            }

            previous = start;
            width = (next + early) switch { < 512 => 9, < 1024 => 10, < 2048 => 11, _ => 12 };
        }
    }

    private static void Repeat(MemoryStream output, int start, int length)
    {
        for (var i = start; i < start + length; i++)
            output.WriteByte(output.GetBuffer()[i]);
    }
}
