using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Issuers;

namespace MeSign.Statements.Sealing;

/// <summary>
/// The DKIM signatures of one message (RFC 6376, relaxed/relaxed), written into room that was left for them at its front: the
/// message is in its place already and is not moved, parsed or written anew.
/// </summary>
internal sealed class DkimSignatures
{
    private const int MaxLine = 76;

    // RFC 6376 §5.4, §8.15: named once more than they occur, so that nobody can add another on the way.
    private static readonly string[] Sealed =
        ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    private readonly IReadOnlyList<DkimIdentity> _identities;
    private readonly string[] _names;
    private readonly DateTimeOffset _at;

    /// <param name="present">Names of the message's header fields, as often as they occur.</param>
    public DkimSignatures(IReadOnlyList<DkimIdentity> identities, IEnumerable<string> present, DateTimeOffset at)
    {
        _identities = identities;
        _names = [.. present, .. Sealed];
        _at = at;
        Room = string.Concat(identities.Select(identity => Field(
            identity, Blank(SHA256.HashSizeInBytes), Blank(identity.Key.SignatureBytes))));
    }

    /// <summary>What stands at the front of the message until <see cref="WriteAsync"/>; as long as what will.</summary>
    public string Room { get; }

    /// <param name="eml">The finished message, which begins with <see cref="Room"/>.</param>
    public async Task WriteAsync(Memory<byte> eml, CancellationToken cancellationToken)
    {
        if (_identities.Count == 0)
            return;

        var message = eml[Room.Length..];
        var bodyAt = message.Span.IndexOf("\r\n\r\n"u8) + 4;
        var fields = Canonical(Encoding.UTF8.GetString(message.Span[..(bodyAt - 2)]));
        var bodyHash = Convert.ToBase64String(DkimBody.Hash(message.Span[bodyAt..]));
        var written = 0;
        foreach (var identity in _identities)
        {
            var unsigned = Field(identity, bodyHash, "");
            // §3.7: the field itself comes last, without its signature and without a line end.
            var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{fields}{DkimBody.Relaxed(unsigned)}"));
            var signature = await identity.Key.SignDigestAsync(digest, cancellationToken);
            written += Encoding.ASCII.GetBytes(Field(identity, bodyHash, Convert.ToBase64String(signature)), eml.Span[written..]);
        }
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

    private static string Blank(int bytes) => new('A', (bytes + 2) / 3 * 4);
}
