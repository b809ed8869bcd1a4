using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Issuers;

namespace MeSign.Statements.Sealing;

/// <summary>The DKIM signatures of one message (RFC 6376, relaxed/relaxed), made where its fields and its body are known and nothing else is done to it.</summary>
internal sealed class DkimSignatures
{
    private const int MaxLine = 76;

    // RFC 6376 §5.4, §8.15: named once more than they occur, so that nobody can add another on the way.
    private static readonly string[] Sealed =
        ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    private readonly string _header;
    private readonly string[] _names;
    private readonly DateTimeOffset _at;

    /// <param name="header">The message's header section.</param>
    public DkimSignatures(string header, DateTimeOffset at)
    {
        _header = header;
        _names = [.. HeaderText.Names(header), .. Sealed];
        _at = at;
    }

    /// <summary>One DKIM-Signature field of each identity, to stand before the message's fields; each with its line end.</summary>
    /// <param name="body">What follows the empty line, in pieces.</param>
    public async Task<string> SignAsync(IReadOnlyList<DkimIdentity> identities, IEnumerable<ReadOnlyMemory<byte>> body, CancellationToken cancellationToken)
    {
        var fields = Canonical(_header);
        var bodyHash = Convert.ToBase64String(DkimBody.Hash(body));
        var signatures = new StringBuilder();
        foreach (var identity in identities)
        {
            // §3.7: the field itself comes last, without its signature and without a line end.
            var unsigned = Field(identity, bodyHash, "");
            var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{fields}{DkimBody.Relaxed(unsigned)}"));
            signatures.Append(Field(identity, bodyHash, Convert.ToBase64String(await identity.Key.SignDigestAsync(digest, cancellationToken))));
        }
        return signatures.ToString();
    }

    /// <summary>The fields to be signed in the order of <c>h=</c>; of several with one name the lowest first (§5.4.2).</summary>
    private string Canonical(string header)
    {
        var fields = HeaderText.Fields(header).ToLookup(field => field[..field.IndexOf(':', StringComparison.Ordinal)], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => new Stack<string>(group), StringComparer.OrdinalIgnoreCase);
        var canonical = new StringBuilder();
        foreach (var name in _names)
        {
            if (fields.TryGetValue(name, out var values) && values.TryPop(out var field))
                canonical.Append(DkimBody.Relaxed(field)).Append("\r\n");
        }
        return canonical.ToString();
    }

    private string Field(DkimIdentity identity, string bodyHash, string signature)
    {
        var field = new StringBuilder();
        field.Append(CultureInfo.InvariantCulture, $"DKIM-Signature: v=1; a={identity.Key.Algorithm}; c=relaxed/relaxed;\r\n\td={identity.Domain};");
        field.Append(CultureInfo.InvariantCulture, $"\r\n\ts={identity.Selector}; t={_at.ToUnixTimeSeconds()};\r\n\th=");
        var column = 10;
        for (var i = 0; i < _names.Length; i++)
        {
            if (column + _names[i].Length + 1 > MaxLine)
            {
                field.Append("\r\n\t");
                column = 8;
            }
            field.Append(_names[i]).Append(i < _names.Length - 1 ? ':' : ';');
            column += _names[i].Length + 1;
        }
        field.Append(CultureInfo.InvariantCulture, $"\r\n\tbh={bodyHash};\r\n\tb=");
        for (var i = 0; i < signature.Length; i += MaxLine - 10)
            field.Append(i == 0 ? "" : "\r\n\t").Append(signature, i, Math.Min(MaxLine - 10, signature.Length - i));
        return signature.Length == 0 ? field.ToString() : field.Append("\r\n").ToString();
    }
}
