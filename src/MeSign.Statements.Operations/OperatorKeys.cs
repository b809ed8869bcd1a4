using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Operations;

/// <summary>Who stands behind a request: the operator whose key it shows as a bearer token (RFC 6750 §2.1). Whatever is amiss, it is nobody.</summary>
internal sealed class OperatorKeys(IOptions<OperationsOptions> options)
{
    public const int ShortestKey = 32;

    /// <param name="authorization">The request's field of that name.</param>
    /// <returns>The operator's name; null for nobody's key.</returns>
    public string? NameOf(string? authorization)
    {
        if (!AuthenticationHeaderValue.TryParse(authorization, out var header)
            || !header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || header.Parameter is not { Length: >= ShortestKey } shown)
            return null;

        // All of them, and by their hashes: how long it takes says nothing about any key.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(shown));
        string? name = null;
        foreach (var (operatorName, one) in options.Value.Operators)
        {
            if (Read(one.KeyFile) is { } key && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(key)), hash))
                name = operatorName;
        }

        return name;
    }

    /// <returns>Null where the file cannot be read or its key is too short.</returns>
    public static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: >= ShortestKey } key ? key : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
