using System.Text;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>The path and parameters of a MAIL or RCPT command (RFC 5321 §4.1.1.2, §4.1.1.3).</summary>
internal sealed record SmtpPath(string Address, IReadOnlyList<string> Parameters)
{
    private const int LongestPath = 256;

    public bool HasParameter(string name) => Parameters.Any(parameter =>
        parameter.Equals(name, StringComparison.OrdinalIgnoreCase)
        || parameter.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase));

    public long? Size => Parameters
        .Where(parameter => parameter.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase))
        .Select(parameter => long.TryParse(parameter.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture, out var size) ? size : (long?)null)
        .FirstOrDefault();

    public bool IsAscii => Ascii.IsValid(Address);

    /// <summary>Null where the text is not <c>KEYWORD:&lt;address&gt; parameters</c>.</summary>
    public static SmtpPath? Parse(string text, string keyword)
    {
        if (!text.StartsWith(keyword + ":", StringComparison.OrdinalIgnoreCase))
            return null;

        var rest = text[(keyword.Length + 1)..].TrimStart(' ');
        var end = rest.IndexOf('>', StringComparison.Ordinal);
        if (!rest.StartsWith('<') || end < 0 || end > LongestPath)
            return null;

        var address = rest[1..end];
        var wellFormed = address.Length == 0
            || (address.LastIndexOf('@') is > 0 and var at && at < address.Length - 1 && !address.Any(c => char.IsControl(c) || c is '<'));
        return wellFormed
            ? new SmtpPath(address, rest[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
