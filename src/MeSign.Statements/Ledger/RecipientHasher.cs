using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Ledger;

/// <summary>
/// Names a recipient without saying who it is: HMAC-SHA256 under the ledger's key. A plain hash would not do, since
/// addresses can be guessed.
/// </summary>
internal sealed class RecipientHasher(ReadOnlyMemory<byte> key)
{
    private static readonly IdnMapping Idn = new();

    /// <returns>64 lower-case hex digits.</returns>
    public string Hash(string address) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key.Span, Encoding.UTF8.GetBytes(Normalise(address))));

    /// <summary>
    /// One spelling for every way to write an address: NFC, lower case, the domain in its ASCII form (RFC 5890). The local
    /// part's case matters in theory only (RFC 5321 §2.4), and a query must find what a clerk types.
    /// </summary>
    private static string Normalise(string address)
    {
        var text = address.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();
        var at = text.LastIndexOf('@');
        if (at < 0 || Ascii.IsValid(text.AsSpan(at)))
            return text;

        try
        {
            return text[..(at + 1)] + Idn.GetAscii(text[(at + 1)..]);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }
}
