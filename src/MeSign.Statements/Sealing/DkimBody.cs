using System.Security.Cryptography;

namespace MeSign.Statements.Sealing;

/// <summary>The relaxed canonical forms of RFC 6376 §3.4.</summary>
internal static class DkimBody
{
    /// <summary>A header field, unfolded, without its line end (§3.4.2).</summary>
    public static string Relaxed(string field)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var value = string.Join(' ', field[(colon + 1)..].Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return $"{field[..colon].TrimEnd(' ', '\t').ToLowerInvariant()}:{value}";
    }

    /// <summary>SHA-256 of the body (§3.4.4): runs of white space as one space, none at a line's end, no empty lines at the end.</summary>
    /// <param name="body">CRLF lines, in pieces.</param>
    public static byte[] Hash(IEnumerable<ReadOnlyMemory<byte>> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (any, lineEnds, white) = (false, 0, false);
        foreach (var piece in body)
        {
            for (var rest = piece.Span; !rest.IsEmpty;)
            {
                // Base64 has no white space but its line ends: a piece of it is hashed in one stretch.
                var end = rest.IndexOfAny((byte)' ', (byte)'\t');
                var stretch = end < 0 ? rest : rest[..end];
                var lines = stretch.TrimStart("\r\n"u8);
                if (lines.Length < stretch.Length)
                    (lineEnds, white) = (lineEnds + stretch[..^lines.Length].Count((byte)'\n'), false);
                var text = lines.TrimEnd("\r\n"u8);
                if (!text.IsEmpty)
                {
                    for (; lineEnds > 0; lineEnds--)
                        hash.AppendData("\r\n"u8);
                    if (white)
                        hash.AppendData(" "u8);
                    hash.AppendData(text);
                    (any, lineEnds, white) = (true, lines[text.Length..].Count((byte)'\n'), false);
                }
                rest = rest[stretch.Length..];
                white |= end >= 0;
                rest = rest.TrimStart(" \t"u8);
            }
        }
        if (any)
            hash.AppendData("\r\n"u8);
        return hash.GetHashAndReset();
    }
}
