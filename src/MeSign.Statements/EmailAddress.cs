using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MimeKit;

namespace MeSign.Statements;

/// <summary>
/// One addr-spec as mail may carry it: a dot-atom (RFC 5322 §3.4.1, with RFC 6531's non-ASCII letters) at a domain of at
/// least two labels. Comments, quoted local parts, address literals and routes are refused: legal, never needed by a
/// bank's customer, and the raw material of header and relay tricks.
/// </summary>
public sealed record EmailAddress
{
    /// <summary>RFC 5321 §4.5.3.1.3: a path is 256 octets with its angle brackets.</summary>
    public const int MaxOctets = 254;

    /// <summary>RFC 5321 §4.5.3.1.1.</summary>
    public const int MaxLocalOctets = 64;

    private const string AsciiSpecialsOfAtom = "!#$%&'*+-/=?^_`{|}~";

    private EmailAddress(string text, string local, string domain)
    {
        Text = text;
        Local = local;
        Domain = domain;
    }

    /// <summary>The address as it was given.</summary>
    public string Text { get; }

    /// <summary>The part before the @, as it was given.</summary>
    public string Local { get; }

    /// <summary>The part after the @ as DNS carries it: A-labels (RFC 5890), lower case.</summary>
    public string Domain { get; }

    /// <summary>One spelling for all spellings of a mailbox: NFC, lower case, A-labels. For indexes and look-ups, never for sending.</summary>
    public string Normalized => $"{FoldLocal(Local)}@{Domain}";

    /// <summary>True where a relay must offer SMTPUTF8 (RFC 6531 §3.2).</summary>
    public bool NeedsSmtpUtf8 => !Ascii.IsValid(Local);

    /// <summary>A local part for comparison: NFC, without case.</summary>
    // Capitals are folded, not small letters raised: the fold of RFC 5890 domains and of every mailbox provider.
    [SuppressMessage("Globalization", "CA1308:Normalize strings to uppercase", Justification = "Addresses are written in lower case.")]
    public static string FoldLocal(string local) => local.Normalize(NormalizationForm.FormC).ToLowerInvariant();

    /// <param name="problem">What is wrong, to be read after <c>is not an address:</c>.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out EmailAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = FindProblem(text, out var local, out var domain);
        if (problem is not null)
            return false;

        address = new EmailAddress(text, local, domain);
        return true;
    }

    private static string? FindProblem(string text, out string local, out string domain)
    {
        (local, domain) = ("", "");
        if (Encoding.UTF8.GetByteCount(text) > MaxOctets)
            return $"longer than {MaxOctets} octets";
        if (text.AsSpan().IndexOfAny('<', '>') >= 0)
            return "give the bare address, without a name and angle brackets";
        if (text.AsSpan().IndexOfAny(',', ';') >= 0)
            return "one address only, without , or ;";
        if (text.AsSpan().IndexOfAny('(', ')') >= 0)
            return "comments are not accepted";
        if (text.Contains('"', StringComparison.Ordinal))
            return "a quoted local part is not accepted";

        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
            return "no @";
        if (at != text.LastIndexOf('@'))
            return "more than one @";
        if (at == 0)
            return "nothing before the @";
        if (at == text.Length - 1)
            return "nothing after the @";

        local = text[..at];
        return FindProblemOfLocal(local)
            ?? FindProblemOfDomain(text[(at + 1)..], out domain)
            ?? (IsOneMailbox(text, local, domain) ? null : "a mail program would read it as something else");
    }

    private static string? FindProblemOfLocal(string local)
    {
        if (Encoding.UTF8.GetByteCount(local) > MaxLocalOctets)
            return $"more than {MaxLocalOctets} octets before the @";
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return "a dot before the @ must stand between two other characters";

        foreach (var rune in local.EnumerateRunes())
        {
            if (!IsAtom(rune))
                return $"{Name(rune)} cannot stand before the @";
        }

        return null;
    }

    private static string? FindProblemOfDomain(string domain, out string ascii)
    {
        ascii = "";
        if (domain[0] == '[')
            return "an address literal is not accepted, give a domain";
        if (!domain.Contains('.', StringComparison.Ordinal))
            return "the domain has no dot";
        if (domain[0] == '.' || domain[^1] == '.' || domain.Contains("..", StringComparison.Ordinal))
            return "a dot in the domain must stand between two labels";

        try
        {
            // STD3: letters, digits and hyphens only; also bounds each label at 63 and the whole name at 255 (RFC 1035 §2.3.4).
            ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return "the domain is not a host name";
        }

        // What the mapping made of the name must still be a name: full-width digits and dots map to plain ones.
        if (ascii.Split('.') is var labels && Array.Exists(labels, label => label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-'))
            return "the domain is not a host name";
        if (labels.Length < 2)
            return "the domain has no dot";
        return labels[^1].All(char.IsAsciiDigit) ? "an IP address is not accepted, give a domain" : null;
    }

    private static bool IsAtom(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune) || rune.Value == '.' || AsciiSpecialsOfAtom.Contains((char)rune.Value, StringComparison.Ordinal)
        : Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    // The message is written with MimeKit: an address that it reads differently would be sent differently.
    private static bool IsOneMailbox(string text, string local, string domain) =>
        MailboxAddress.TryParse(text, out var mailbox)
        && string.IsNullOrEmpty(mailbox.Name)
        && mailbox.Route.Count == 0
        && string.Equals(mailbox.LocalPart, local, StringComparison.Ordinal)
        && mailbox.GetAddress(idnEncode: true).EndsWith($"@{domain}", StringComparison.OrdinalIgnoreCase);

    private static string Name(Rune rune) => rune.Value switch
    {
        ' ' => "a space",
        > ' ' and < 0x7F => rune.ToString(),
        _ => $"U+{rune.Value:X4}",
    };
}
