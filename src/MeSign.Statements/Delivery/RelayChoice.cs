using System.Security.Cryptography;

namespace MeSign.Statements.Delivery;

/// <summary>In which order to try an issuer's relays for one message.</summary>
internal static class RelayChoice
{
    /// <param name="shares">Relays with their shares.</param>
    /// <returns>Every relay once: drawn by share, those with a share of 0 last.</returns>
    public static IEnumerable<string> Order(IReadOnlyDictionary<string, int> shares)
    {
        var left = new List<KeyValuePair<string, int>>(shares.OrderByDescending(share => share.Value).ThenBy(share => share.Key, StringComparer.Ordinal));
        while (left.Count > 0)
        {
            var sum = left.Sum(share => share.Value);
            var drawn = sum == 0 ? 0 : RandomNumberGenerator.GetInt32(sum);
            var at = 0;
            while (sum > 0 && drawn >= left[at].Value)
                drawn -= left[at++].Value;

            yield return left[at].Key;
            left.RemoveAt(at);
        }
    }
}
