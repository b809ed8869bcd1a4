using System.Buffers.Text;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>
/// References to objects that a document does not have. They show nothing (ISO 32000-2 §7.3.10) until an object takes the number: a new
/// one would be shown in that place, and after a signature be a change of what was signed.
/// </summary>
internal static class DanglingReferences
{
    private const int WindowBytes = 64 * 1024;
    private const int LongestReference = 64;

    // More objects than any update adds. What points further would only make the file's numbers large.
    private const int Reach = 64 * 1024;

    /// <summary>The first number for new objects: above every one that is in use or referred to.</summary>
    /// <param name="packed">Whether object streams are unpacked for it.</param>
    public static int NumberAbove(PdfDocument document, bool packed)
    {
        var free = document.NextObjectNumber;
        var highest = free - 1;
        for (var position = 0L; position < document.Length; position += WindowBytes - LongestReference)
            highest = Math.Max(highest, Highest(document.Bytes(position, WindowBytes).Span, free));
        if (packed)
            highest = document.Compressed.Aggregate(highest, (above, stream) => Math.Max(above, Highest(Unpack(document, stream.Key).Span, free)));
        return highest + 1;
    }

    // Bytes of a picture may look like a reference too: that costs a number.
    private static int Highest(ReadOnlySpan<byte> bytes, int free)
    {
        var highest = 0;
        for (var end = bytes.LastIndexOf((byte)'R'); end > 0; end = bytes[..end].LastIndexOf((byte)'R'))
        {
            if (NumberBefore(bytes[..end]) is { } number && number >= free && number < free + Reach)
                highest = Math.Max(highest, number);
        }

        return highest;
    }

    // number generation R
    private static int? NumberBefore(ReadOnlySpan<byte> bytes)
    {
        var generation = TrimBlanks(bytes);
        var between = TrimDigits(generation);
        var number = TrimBlanks(between);
        var before = TrimDigits(number);
        var isReference = generation.Length < bytes.Length && between.Length < generation.Length && number.Length < between.Length;
        return isReference && Utf8Parser.TryParse(number[before.Length..], out int value, out _) ? value : null;
    }

    private static ReadOnlySpan<byte> TrimBlanks(ReadOnlySpan<byte> bytes) => bytes.TrimEnd("\0\t\n\f\r "u8);

    private static ReadOnlySpan<byte> TrimDigits(ReadOnlySpan<byte> bytes) => bytes.TrimEnd("0123456789"u8);

    private static ReadOnlyMemory<byte> Unpack(PdfDocument document, long number)
    {
        try
        {
            return number <= PdfLimits.ObjectNumber && document.Load(new PdfReference((int)number, 0)) is PdfStream stream ? document.Decode(stream) : default;
        }
        catch (StatementFailedException)
        {
            // What cannot be read refers to nothing.
            return default;
        }
    }
}
