using System.Text;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Bytes to text for what mail systems write: what they declare where it fits, otherwise what the bytes look like.</summary>
internal static class MailCharset
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="declared">charset of Content-Type (RFC 2046 §4.1.2), if any.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, string? declared)
    {
        // RFC 1468: nothing else has these bytes, and many systems that write it declare US-ASCII.
        if (bytes.IndexOf("\u001b$"u8) >= 0 && Named("iso-2022-jp") is { } japanese)
            return japanese.GetString(bytes);

        if (declared is not null && Named(declared) is { CodePage: not 65001 } encoding)
            return encoding.GetString(bytes);

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static Encoding? Named(string name)
    {
        try
        {
            // US-ASCII is declared by all who do not know better.
            return name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) ? null : CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (NotSupportedException)
        {
            // UTF-7, which .NET refuses.
            return null;
        }
    }
}
