using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Cli.Verify;

/// <summary>Private keys that open messages, from PKCS#12 or PEM files or folders of them.</summary>
internal static class KeyFiles
{
    private static readonly string[] Pkcs12 = [".p12", ".pfx"];

    /// <param name="paths"><c>.p12</c>, <c>.pfx</c>, or PEM with certificate and key in one file or in <c>x.pem</c> and <c>x.key</c>.</param>
    /// <param name="password">For PKCS#12 and for encrypted PEM.</param>
    /// <exception cref="CommandException">A file is not that, or has no private key.</exception>
    public static IReadOnlyList<DecryptionKey> Load(IEnumerable<string> paths, string? password)
    {
        var keys = new List<DecryptionKey>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                keys.AddRange(Directory.EnumerateFiles(path).Where(IsCertificate).Order(StringComparer.Ordinal).SelectMany(file => Read(file, password)));
            else if (File.Exists(path))
                keys.AddRange(Read(path, password));
            else
                throw CommandException.Usage($"the key {path} does not exist.");
        }

        return keys;
    }

    private static List<DecryptionKey> Read(string path, string? password)
    {
        try
        {
            var keys = IsPkcs12(path)
                ? X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password, Storage).Where(certificate => certificate.HasPrivateKey).Select(DecryptionKey.Of)
                : [ReadPem(path, password)];
            return keys.ToList() is { Count: > 0 } found ? found : throw CommandException.Usage($"{path} has no private key: export it with the certificate.");
        }
        catch (CryptographicException)
        {
            throw CommandException.Usage(password is null
                ? $"{path} is no certificate with its private key, or needs --password-file: give PKCS#12, or PEM with both, or x.pem beside x.key."
                : $"{path} is no certificate with its private key, or has another password.");
        }
    }

    private static DecryptionKey ReadPem(string path, string? password)
    {
        var certificate = Path.ChangeExtension(path, ".pem");
        var key = Path.ChangeExtension(path, ".key");
        if (path.EndsWith(".key", StringComparison.OrdinalIgnoreCase) && !File.Exists(certificate))
            throw CommandException.Usage($"{path} needs its certificate beside it as {certificate}.");
        if (!path.EndsWith(".key", StringComparison.OrdinalIgnoreCase))
            (certificate, key) = (path, HasKey(path) || !File.Exists(key) ? path : key);
        return Pkcs8(File.ReadAllText(key), password) is { } pkcs8
            ? DecryptionKey.Of(X509Certificate2.CreateFromPem(File.ReadAllText(certificate)), pkcs8)
            : DecryptionKey.Of(X509Certificate2.CreateFromPemFile(certificate, key));
    }

    /// <summary>The first private key in PKCS#8, which every kind of key has; null where there is an older form.</summary>
    private static byte[]? Pkcs8(string pem, string? password)
    {
        for (ReadOnlySpan<char> rest = pem; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            var isEncrypted = rest[found.Label].SequenceEqual("ENCRYPTED PRIVATE KEY");
            if (!isEncrypted && !rest[found.Label].SequenceEqual("PRIVATE KEY"))
                continue;
            var der = Convert.FromBase64String(rest[found.Base64Data].ToString());
            return isEncrypted ? Pkcs8PrivateKeyInfo.DecryptAndDecode(password, der, out _).Encode() : der;
        }
        return null;
    }

    private static bool HasKey(string path) => File.ReadAllText(path).Contains("PRIVATE KEY-----", StringComparison.Ordinal);

    private static bool IsPkcs12(string path) => Pkcs12.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    // In a folder: keys beside their certificates are found from those.
    private static bool IsCertificate(string path) => IsPkcs12(path) || path.EndsWith(".pem", StringComparison.OrdinalIgnoreCase);

    // Keys stay in memory; macOS knows no such keys and takes them into its keychain for the time being.
    private static X509KeyStorageFlags Storage => OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
}
