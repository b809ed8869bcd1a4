namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Messages as mailboxes keep them, made readable: without the envelope line of mbox, with line ends where only CR stands.</summary>
internal static class BounceBytes
{
    public static byte[] Normalise(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimStart("\r\n \t"u8);
        if (bytes.StartsWith("\xEF\xBB\xBF"u8) || bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            bytes = bytes[3..];

        byte[]? copy = null;
        if (bytes.IndexOf((byte)'\n') < 0 && bytes.IndexOf((byte)'\r') >= 0)
        {
            copy = bytes.ToArray();
            copy.AsSpan().Replace((byte)'\r', (byte)'\n');
            bytes = copy;
        }

        while (bytes.StartsWith("From "u8) || bytes.StartsWith(">From "u8))
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
                break;

            bytes = bytes[(end + 1)..];
        }

        return bytes.ToArray();
    }
}
