using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Reads the addresses of a field from its bytes. Read from the decoded text, an encoded word could hold an address of its
/// own (RFC 2047 §6.2: structure is found first, words are decoded after).
/// </summary>
internal static class MailAddresses
{
    /// <returns>Null where it is no list of addresses.</returns>
    public static InternetAddressList? Read(byte[] rawValue) => InternetAddressList.TryParse(rawValue, out var list) ? list : null;
}
