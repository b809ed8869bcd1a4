using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Ledger;

/// <summary>
/// Names a recipient without saying who it is: HMAC-SHA256 under the ledger's key. A plain hash would not do, since
/// addresses can be guessed.
/// </summary>
public sealed class RecipientHasher
{
    private readonly ReadOnlyMemory<byte> _key;

    internal RecipientHasher(ReadOnlyMemory<byte> key) => _key = key;

    /// <returns>64 lower-case hex digits.</returns>
    public string Hash(string address) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key.Span, Encoding.UTF8.GetBytes(Normalise(address))));

    // An address that a clerk mistyped is no address, but still asks for the same nothing in every spelling.
    private static string Normalise(string address) =>
        EmailAddress.TryParse(address.Trim(), out var parsed, out _) ? parsed.Normalized : EmailAddress.FoldLocal(address.Trim());
}
