using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Signing;

/// <summary>Loads a signing identity from a PKCS#12 file (RFC 7292), or one of PEM, and refuses one that receivers would not accept.</summary>
public static class SigningIdentityFile
{
    /// <summary>Reads the file and checks the key, the dates, the key usage and the way to the root.</summary>
    /// <param name="time">Today, for the dates.</param>
    /// <param name="options">Hash, scheme and warning time; the defaults where null.</param>
    /// <param name="anchors">Where the chain may end when the file leaves its root out.</param>
    /// <param name="logger">Told when a certificate of the chain expires soon.</param>
    /// <exception cref="InvalidDataException">The identity must not be used; the message names the file, every fault and its fix.</exception>
    public static SigningIdentity Load(
        string pkcs12Path,
        string password,
        TimeProvider time,
        SigningIdentityOptions? options = null,
        TrustAnchors? anchors = null,
        ILogger? logger = null)
    {
        options ??= new SigningIdentityOptions();
        var certificates = Read(pkcs12Path, password);
        var keyed = certificates.Where(certificate => certificate.HasPrivateKey).ToList();
        if (keyed.Count != 1)
            throw SigningIdentityCheck.Refused(pkcs12Path, $"has {keyed.Count} certificates with a private key: export exactly one");

        var signer = keyed[0];
        var (chain, root) = SigningIdentityCheck.Run(
            pkcs12Path, signer, [.. certificates, .. anchors?.Intermediates ?? [], .. anchors?.Roots ?? []], options, time, logger);

        return new(X509CertificateLoader.LoadCertificate(signer.RawData), chain, new Pkcs12SigningKey(signer, options.Scheme), options.Hash)
        {
            Root = root,
        };
    }

    private static X509Certificate2Collection Read(string path, string password)
    {
        try
        {
            var file = File.ReadAllBytes(path);
            return file.AsSpan().IndexOf("-----BEGIN "u8) >= 0
                ? ReadPem(Encoding.UTF8.GetString(file), password)
                : X509CertificateLoader.LoadPkcs12Collection(file, password, Storage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} cannot be read: name a PKCS#12 file that this process may open.", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{path} does not open: it is neither PKCS#12 nor PEM with a private key, or the password is another.", e);
        }
    }

    /// <summary>PEM (RFC 7468) of a private key, its certificate before all others, and the chain.</summary>
    private static X509Certificate2Collection ReadPem(string text, string password)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            all.Insert(0, text.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromEncryptedPem(text, text, password)
                : X509Certificate2.CreateFromPem(text, text));
        }

        return all;
    }

    // Keys stay in memory; macOS knows no such keys and takes them into its keychain for the time being.
    private static X509KeyStorageFlags Storage => OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
}
