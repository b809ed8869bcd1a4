using System.Buffers.Text;
using System.Runtime.InteropServices;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>Where <c>n g obj</c> stands in a file, or the word <c>trailer</c>.</summary>
/// <param name="Offset">From the header.</param>
/// <param name="Number">0 for a trailer.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Landmark(long Offset, int Number, int Generation)
{
    public bool IsTrailer => Number == 0;
}

/// <summary>Every place of a file where an object or a trailer seems to begin, in their order; some are inside of streams and strings.</summary>
internal static class Landmarks
{
    /// <summary>More than any file has whose objects are not noise.</summary>
    public const int Most = 1_000_000;

    private const int ChunkBytes = 1 << 20;

    // What may stand before obj: two numbers and the white space between.
    private const int Behind = 64;
    private const int Ahead = 1;

    public static List<Landmark> Find(PdfSource source, long origin)
    {
        var found = new List<Landmark>();
        for (var chunk = origin; chunk < source.Length; chunk += ChunkBytes)
        {
            var from = Math.Max(origin, chunk - Behind);
            var window = source.Read(from, (int)(chunk - from) + ChunkBytes + "trailer".Length + Ahead).Span;
            var skip = (int)(chunk - from);
            FindObjects(window, skip, from - origin, found);
            FindTrailers(window, skip, from - origin, found);
            if (found.Count > Most)
                throw PdfDamage.Of($"it has more than {Most} objects and trailers");
        }

        found.Sort((one, other) => one.Offset.CompareTo(other.Offset));
        return found;
    }

    private static void FindObjects(ReadOnlySpan<byte> window, int skip, long offset, List<Landmark> found)
    {
        for (var at = skip; at < skip + ChunkBytes && window[at..].IndexOf("obj"u8) is var next and >= 0; at += "obj".Length)
        {
            at += next;
            var after = at + "obj".Length;
            if (at >= skip + ChunkBytes || (after < window.Length && char.IsAsciiLetterOrDigit((char)window[after])))
                continue;
            var before = window[Math.Max(0, at - Behind)..at];
            if (Number(ref before, out var generation) && generation <= ushort.MaxValue
                && Number(ref before, out var number) && number is > 0 and <= PdfLimits.ObjectNumber)
            {
                found.Add(new(offset + at - Math.Min(at, Behind) + before.Length, (int)number, (int)generation));
            }
        }
    }

    private static void FindTrailers(ReadOnlySpan<byte> window, int skip, long offset, List<Landmark> found)
    {
        for (var at = skip; at < skip + ChunkBytes && window[at..].IndexOf("trailer"u8) is var next and >= 0; at += "trailer".Length)
        {
            at += next;
            if (at < skip + ChunkBytes)
                found.Add(new(offset + at, 0, 0));
        }
    }

    // Takes a number and the white space after it off the end.
    private static bool Number(ref ReadOnlySpan<byte> before, out long number)
    {
        number = 0;
        var digits = before.TrimEnd("\0\t\n\f\r "u8);
        if (digits.Length == before.Length)
            return false;
        var start = digits.LastIndexOfAnyExceptInRange((byte)'0', (byte)'9') + 1;
        before = digits[..start];
        return Utf8Parser.TryParse(digits[start..], out number, out _);
    }
}
