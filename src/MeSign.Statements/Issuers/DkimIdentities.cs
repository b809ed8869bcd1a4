using MeSign.Statements.Signing;

namespace MeSign.Statements.Issuers;

/// <summary>Opens the keys of an issuer's DKIM signatures.</summary>
internal static class DkimIdentities
{
    /// <exception cref="InvalidDataException">A key cannot be used; the message names the fix.</exception>
    public static IReadOnlyList<DkimIdentity> Load(IssuerOptions issuer) =>
        [.. issuer.Dkim.Where(options => options.Selector.Length > 0).Select(options => Load(options, issuer.FromAddress))];

    public static IEnumerable<string> Faults(IssuerOptions issuer)
    {
        for (var i = 0; i < issuer.Dkim.Count; i++)
        {
            foreach (var fault in Faults(issuer.Dkim[i], issuer.FromAddress))
                yield return $"Dkim:{i}:{fault}";
        }
    }

    private static IEnumerable<string> Faults(DkimOptions options, string fromAddress)
    {
        if (options.Selector.Length == 0)
        {
            if (!string.IsNullOrEmpty(options.KeyFile) || !string.IsNullOrEmpty(options.Pkcs11Module))
                yield return "Selector is empty: name the key record before ._domainkey";
            yield break;
        }

        if (!options.Selector.Split('.').All(IsLabel))
            yield return $"Selector \"{options.Selector}\" is not letters, digits and hyphens";
        var from = Ascii(fromAddress[(fromAddress.LastIndexOf('@') + 1)..]);
        if (!string.IsNullOrEmpty(options.Domain) && from is not null)
        {
            // RFC 7489 §3.1.1: a signature of another domain does not speak for this From address.
            if (Ascii(options.Domain) is not { } domain || !($".{from}".EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase) && domain.Contains('.', StringComparison.Ordinal)))
                yield return $"Domain \"{options.Domain}\" is neither the From address's domain nor above it: receivers would not count its signature";
        }

        if (Key(options) is { } fault)
            yield return fault;
    }

    private static string? Key(DkimOptions options)
    {
        var onToken = !string.IsNullOrEmpty(options.Pkcs11Module);
        if (onToken == !string.IsNullOrEmpty(options.KeyFile))
            return onToken ? "KeyFile and Pkcs11Module are both given: the key is in one place" : "KeyFile is empty: name the private key, or Pkcs11Module";
        if (onToken && (string.IsNullOrEmpty(options.Pkcs11Token) || string.IsNullOrEmpty(options.Pkcs11Label) || string.IsNullOrEmpty(options.Pkcs11PinFile)))
            return "Pkcs11Token, Pkcs11Label or Pkcs11PinFile is empty: Pkcs11Module needs all three";
        try
        {
            _ = Open(options);
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return $"{(onToken ? "Pkcs11Module" : "KeyFile")}: {fault.Message}";
        }
    }

    private static DkimIdentity Load(DkimOptions options, string fromAddress) => new(
        Ascii(string.IsNullOrEmpty(options.Domain) ? fromAddress[(fromAddress.LastIndexOf('@') + 1)..] : options.Domain)!, options.Selector, Open(options));

    private static DkimKey Open(DkimOptions options) => string.IsNullOrEmpty(options.Pkcs11Module)
        ? DkimKey.Load(options.KeyFile!, Secret(options.KeyPasswordFile))
        : DkimKey.OnToken(options.Pkcs11Module, options.Pkcs11Token!, options.Pkcs11Label!, Secret(options.Pkcs11PinFile) ?? "");

    private static string? Secret(string? file) => string.IsNullOrEmpty(file) ? null : File.ReadAllText(file).TrimEnd('\r', '\n');

    private static string? Ascii(string domain) => EmailAddress.TryParse($"x@{domain}", out var address, out _) ? address.Domain : null;

    private static bool IsLabel(string label) => label.Length > 0 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
