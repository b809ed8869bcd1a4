using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Addresses and identifiers in reports, in the spellings that are met.</summary>
internal static partial class BounceAddresses
{
    private const int MostReferences = 20;

    /// <summary>Before an address as an attribute of an X.400 one (RFC 2156 §4.3.4.2), which Exchange writes.</summary>
    private const string X400 = "SMTP=";

    private static readonly string[] ReferenceFields = ["In-Reply-To", "References", "X-MS-Exchange-Message-Is-Ndr-For"];
    public static readonly string[] RecipientFields = ["To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];

    /// <summary>The first address in a field such as <c>rfc822; a@example.org</c> or <c>"A" &lt;a@example.org&gt;</c>.</summary>
    public static string? Of(string? field) =>
        field is not null && Address().Match(field.Length > 2000 ? field[..2000] : field) is { Success: true } match ? Trim(match.Value) : null;

    public static IEnumerable<(int At, string Address)> In(string text) =>
        Address().Matches(text).Select(match => match.Value.StartsWith(X400, StringComparison.OrdinalIgnoreCase)
            ? (match.Index + X400.Length, Trim(match.Value[X400.Length..]))
            : (match.Index, Trim(match.Value)));

    /// <summary>Without the <c>type;</c> of RFC 3464 §2.1.2.</summary>
    public static string WithoutType(string field)
    {
        var semicolon = field.IndexOf(';', StringComparison.Ordinal);
        return semicolon is > 0 and < 20 && !field.AsSpan(0, semicolon).Contains(' ') ? field[(semicolon + 1)..].Trim() : field.Trim();
    }

    public static string? MessageId(string? field) =>
        field is not null && Identifier().Match(field.Length > 2000 ? field[..2000] : field) is { Success: true } match ? match.Groups["id"].Value : null;

    /// <returns>The name of a message of ours in a Message-ID, an envelope id or a return path, or null.</returns>
    public static string? MessageName(string reference) => OwnName().Match(reference) is { Success: true } match ? match.Value : null;

    /// <summary>RFC 3461 §4: <c>+</c> and two hex digits stand for a character.</summary>
    public static string DecodeXtext(string text)
    {
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '+' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                decoded.Append((char)value);
                i += 2;
            }
            else
            {
                decoded.Append(text[i]);
            }
        }

        return decoded.ToString();
    }

    public static IReadOnlyList<BouncedRecipient> Recipients(BounceMessage parts, BounceKind kind)
    {
        var address = Of(StatusReport.Field(parts, "Original-Recipient")) ?? Of(StatusReport.Field(parts, "Final-Recipient")) ?? Of(parts.Header["From"]);
        return address is null ? [] : [new BouncedRecipient(address, kind, BounceClass.Uncategorized, null, null, null)];
    }

    /// <summary>Everything in a report that may be our own name for the message.</summary>
    public static IReadOnlyList<string> References(BounceMessage parts, string? original, string? envelope)
    {
        var fields = ReferenceFields
            .SelectMany(parts.Header.All)
            .SelectMany(field => Identifier().Matches(field).Select(match => match.Groups["id"].Value));
        var addresses = RecipientFields
            .SelectMany(parts.Header.All)
            .Append(parts.Original?["Return-Path"])
            .Append(StatusReport.Field(parts, "Original-Mail-From"))
            .Select(Of);
        return [.. new[] { original, envelope }.Concat(fields).Concat(addresses).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostReferences)];
    }

    private static string Trim(string address) => address.TrimEnd('.', '-', '\'').TrimStart('\'');

    [GeneratedRegex("""[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00A1-\uFFEF-]{1,128}@[A-Za-z0-9\u00A1-\uFFEF][A-Za-z0-9.\u00A1-\uFFEF-]{0,250}""", RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex Address();

    [GeneratedRegex("(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex OwnName();

    [GeneratedRegex("<(?<id>[^<>@\\s]{1,200}@[^<>\\s]{1,250})>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Identifier();
}
