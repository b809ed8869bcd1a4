namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Entries of cross-reference streams (ISO 32000-2 §7.5.8.3).</summary>
internal static class XrefStreamEntry
{
    /// <param name="widths">Of the three fields, in bytes.</param>
    public static void Add(List<XrefEntry> entries, int number, List<long> widths, ReadOnlySpan<byte> fields)
    {
        var (w0, w1, w2) = ((int)widths[0], (int)widths[1], (int)widths[2]);
        // ISO 32000-2 table 17: an absent type is 1, an absent third field is 0.
        var type = w0 == 0 ? 1 : BigEndian(fields[..w0]);
        var second = BigEndian(fields.Slice(w0, w1));
        var third = BigEndian(fields.Slice(w0 + w1, w2));
        if (third > int.MaxValue || second < 0)
            return;
        switch (type)
        {
            case 0:
                entries.Add(new(number, XrefKind.Free, second, (int)third));
                break;
            case 1:
                entries.Add(new(number, XrefKind.InUse, second, (int)third));
                break;
            case 2:
                entries.Add(new(number, XrefKind.Compressed, second, (int)third));
                break;
            default:
                // Table 18: an unknown type is a reference to the null object.
                entries.Add(new(number, XrefKind.Free, 0, 0));
                break;
        }
    }

    private static long BigEndian(ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        foreach (var part in bytes)
            value = (value << 8) | part;
        return value;
    }
}
