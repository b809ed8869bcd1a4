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

        var declared = protection == "cipher" ? Declared(payload.Headers) : null;
        var differences = new List<HeaderDifference>();
        foreach (var name in Names(payload.Headers).Union(declared?.Keys.AsEnumerable() ?? [], StringComparer.OrdinalIgnoreCase))
        {
            var inner = Values(payload.Headers, name);
            var outer = Values(outside, name);
            if (inner == outer && (declared is null || declared.GetValueOrDefault(name) == outer))
                continue;

            // RFC 9788 §4.4: what HP-Outer says is what the sender put outside; without it, what is inside.
            var sent = declared is null ? inner : declared.GetValueOrDefault(name);
            differences.Add(new(name, inner, outer, MadeBySender: sent == outer));
        }
        return new(protection, differences);
    }

    private static Dictionary<string, string> Declared(HeaderList headers)
    {
        var declared = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var raw in headers.Where(header => header.Field.Equals(HpOuter, StringComparison.OrdinalIgnoreCase)).Select(header => header.RawValue))
        {
            // The field inside is read as the field that it is, not as text that happens to hold a colon.
            var colon = Array.IndexOf(raw, (byte)':');
            if (colon > 0 && Encoding.ASCII.GetString(raw, 0, colon).Trim() is { Length: > 0 } name && !name.Any(char.IsWhiteSpace))
                declared[name] = Join(declared.GetValueOrDefault(name), Text(name, raw[(colon + 1)..]));
        }
        return declared;
    }

    private static IEnumerable<string> Names(HeaderList headers) => headers
        .Select(header => header.Field)
        .Where(name => !name.Equals(HpOuter, StringComparison.OrdinalIgnoreCase)
            && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            && !name.Equals("MIME-Version", StringComparison.OrdinalIgnoreCase))
        .Distinct(StringComparer.OrdinalIgnoreCase);

    private static string? Values(HeaderList headers, string name) => headers
        .Where(header => header.Field.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Aggregate((string?)null, (values, header) => Join(values, Text(name, header.RawValue)));

    /// <summary>A field may stand there more than once (RFC 9788 §2.2: one HP-Outer for each); their order counts.</summary>
    private static string Join(string? values, string value) => values is null ? value : $"{values} | {value}";

    /// <summary>A value as people read it, so that another encoding or folding of the same is no difference.</summary>
    private static string Text(string name, byte[] raw) => AddressFields.Contains(name) && MailAddresses.Read(raw) is { } addresses
        ? addresses.ToString()
        : string.Join(' ', Rfc2047.DecodeText(raw).Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
