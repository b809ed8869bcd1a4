using System.Collections.Frozen;
using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MeSign.Statements.Sealing;

/// <summary>What the protected fields say about the ones that travelled in the open (RFC 9788 §4).</summary>
internal static class HeaderComparison
{
    private const string HpOuter = "HP-Outer";

    private static readonly FrozenSet<string> AddressFields = new[] { "From", "Sender", "Reply-To", "To", "Cc" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static HeaderVerdict Compare(RawEntity payload, HeaderList outside)
    {
        var protection = payload.ContentType.Parameters["hp"]?.Trim().ToLowerInvariant();
        if (protection is not ("cipher" or "clear"))
            return new(null, []);

        var inside = Values(payload.Headers.Where(IsProtected).Select(header => (header.Field, header.RawValue)));
        var outer = Values(outside.Select(header => (header.Field, header.RawValue)));
        var declared = protection == "cipher" ? Values(payload.Headers.SelectMany(Declared)) : inside;
        var differences =
            from name in inside.Keys.Union(declared.Keys, StringComparer.OrdinalIgnoreCase)
            let own = inside.GetValueOrDefault(name)
            let sent = declared.GetValueOrDefault(name)
            let seen = outer.GetValueOrDefault(name)
            where own != seen || sent != seen
            // RFC 9788 §4.4: what HP-Outer says is what the sender put outside; without it, what is inside.
            select new HeaderDifference(name, own, seen, MadeBySender: sent == seen);
        return new(protection, [.. differences]);
    }

    private static bool IsProtected(Header header) =>
        !header.Field.Equals(HpOuter, StringComparison.OrdinalIgnoreCase)
        && !header.Field.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        && !header.Field.Equals("MIME-Version", StringComparison.OrdinalIgnoreCase);

    /// <summary>The field inside an HP-Outer field, read as the field that it is, not as text that happens to hold a colon.</summary>
    private static IEnumerable<(string Name, byte[] RawValue)> Declared(Header header)
    {
        var raw = header.RawValue;
        var colon = header.Field.Equals(HpOuter, StringComparison.OrdinalIgnoreCase) ? Array.IndexOf(raw, (byte)':') : -1;
        return colon > 0 && Encoding.ASCII.GetString(raw, 0, colon).Trim() is { Length: > 0 } name && !name.Any(char.IsWhiteSpace) ? [(name, raw[(colon + 1)..])] : [];
    }

    /// <summary>By name. A field may stand there more than once (RFC 9788 §2.2: one HP-Outer for each); their order counts.</summary>
    private static Dictionary<string, string> Values(IEnumerable<(string Name, byte[] RawValue)> fields) => fields
        .GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => string.Join(" | ", group.Select(field => Text(field.Name, field.RawValue))), StringComparer.OrdinalIgnoreCase);

    /// <summary>A value as people read it, so that another encoding or folding of the same is no difference.</summary>
    private static string Text(string name, byte[] raw) => AddressFields.Contains(name) && MailAddresses.Read(raw) is { } addresses
        ? addresses.ToString()
        : string.Join(' ', Rfc2047.DecodeText(raw).Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
