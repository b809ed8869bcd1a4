namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Predictors of Flate and LZW streams (ISO 32000-2 §7.4.4.4).</summary>
internal static class Predictor
{
    public static ReadOnlyMemory<byte> Undo(ReadOnlyMemory<byte> data, PdfDictionary? parameters, PdfStream self)
    {
        var predictor = Parameter(parameters, "Predictor", 1);
        if (predictor == 1)
            return data;

        var colors = Parameter(parameters, "Colors", 1);
        var bits = Parameter(parameters, "BitsPerComponent", 8);
        var columns = Parameter(parameters, "Columns", 1);
        if (colors is < 1 or > 32 || bits is not (1 or 2 or 4 or 8 or 16) || columns is < 1 or > 1 << 20)
            throw PdfDamage.In(self, "its predictor parameters are out of range");

        var pixel = (int)Math.Max(1, colors * bits / 8);
        var row = (int)(((colors * bits * columns) + 7) / 8);
        return predictor switch
        {
            2 when bits == 8 => UndoTiff(data, row, pixel),
            >= 10 and <= 15 => UndoPng(data.Span, row, pixel, self),
            _ => throw PdfDamage.In(self, "it has a predictor that does not exist"),
        };
    }

    private static byte[] UndoTiff(ReadOnlyMemory<byte> data, int row, int pixel)
    {
        var output = data.ToArray();
        for (var start = 0; start < output.Length; start += row)
        {
            for (var i = start + pixel; i < Math.Min(start + row, output.Length); i++)
                output[i] += output[i - pixel];
        }

        return output;
    }

    // PNG (RFC 2083 §6): each row begins with its own filter type, whatever /Predictor says.
    private static byte[] UndoPng(ReadOnlySpan<byte> data, int row, int pixel, PdfStream self)
    {
        var rows = (data.Length + row) / (row + 1);
        var output = new byte[Math.Max(0, data.Length - rows)];
        var written = 0;
        ReadOnlySpan<byte> above = new byte[row];
        while (data.Length > 1)
        {
            var source = data[1..Math.Min(row + 1, data.Length)];
            var target = output.AsSpan(written, source.Length);
            Row(data[0], source, target, above, pixel, self);
            above = target;
            written += target.Length;
            data = data[(source.Length + 1)..];
        }

        return output;
    }

    private static void Row(byte type, ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<byte> above, int pixel, PdfStream self)
    {
        for (var i = 0; i < source.Length; i++)
        {
            int left = i >= pixel ? target[i - pixel] : 0;
            int up = above[i];
            int corner = i >= pixel ? above[i - pixel] : 0;
            target[i] = (byte)(source[i] + type switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => Paeth(left, up, corner),
                _ => throw PdfDamage.In(self, "a row of its data has a predictor that does not exist"),
            });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        var (toLeft, toUp, toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - corner));
        if (toLeft <= toUp && toLeft <= toCorner)
            return left;
        return toUp <= toCorner ? up : corner;
    }

    private static long Parameter(PdfDictionary? parameters, string key, long absent) =>
        parameters?[key] is PdfInteger integer ? integer.Value : absent;
}
