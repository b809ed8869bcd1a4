using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Signing;

/// <summary>Loads a signing identity from a PKCS#12 file (RFC 7292) and refuses one that receivers would not accept.</summary>
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
            // Keys stay in memory; macOS knows no such keys and takes them into its keychain for the time being.
            var storage = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
            return X509CertificateLoader.LoadPkcs12Collection(File.ReadAllBytes(path), password, storage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} cannot be read: name a PKCS#12 file that this process may open.", e);
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{path} does not open: it is not PKCS#12, or the password is another.", e);
        }
    }
}
