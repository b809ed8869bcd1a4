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
    /// <param name="body">CRLF lines.</param>
    public static byte[] Hash(ReadOnlySpan<byte> body)
    {
        body = WithoutEmptyLines(body);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // Base64 has no white space but its line ends: it is hashed in one stretch.
        for (var white = body.IndexOfAny((byte)' ', (byte)'\t'); white >= 0; white = body.IndexOfAny((byte)' ', (byte)'\t'))
        {
            hash.AppendData(body[..white]);
            body = body[white..].TrimStart(" \t"u8);
            if (!body.StartsWith("\r\n"u8))
                hash.AppendData(" "u8);
        }
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static ReadOnlySpan<byte> WithoutEmptyLines(ReadOnlySpan<byte> body)
    {
        while (body.EndsWith("\r\n"u8))
        {
            var line = body[..^2].TrimEnd(" \t"u8);
            if (!line.IsEmpty && !line.EndsWith("\r\n"u8))
                break;
            body = line;
        }
        return body;
    }
}
