using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Delivery;

/// <summary>The certificate that this client shows to a relay.</summary>
internal static class ClientCertificate
{
    /// <param name="file">PKCS#12 with the key and its chain; null or empty for none.</param>
    /// <param name="passwordFile">A line end at its end is not part of the password.</param>
    /// <exception cref="InvalidDataException">A file cannot be read, or is none, or its password is another. The message names setting and file.</exception>
    public static SslStreamCertificateContext? Load(string? file, string? passwordFile)
    {
        if (string.IsNullOrEmpty(file))
            return null;

        try
        {
            var password = string.IsNullOrEmpty(passwordFile) ? null : File.ReadAllText(passwordFile).TrimEnd('\r', '\n');
            var all = X509CertificateLoader.LoadPkcs12Collection(File.ReadAllBytes(file), password);
            var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new InvalidDataException($"ClientCertificate \"{file}\" holds no private key");
            all.Remove(own);
            return SslStreamCertificateContext.Create(own, all, offline: true);
        }
        catch (CryptographicException unreadable)
        {
            throw new InvalidDataException($"ClientCertificate \"{file}\" is not PKCS#12, or its password is another", unreadable);
        }
        // As of the trusted roots: named by its setting.
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"ClientCertificate \"{file}\" or ClientCertificatePasswordFile cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>What is wrong with the files, for the check at start.</summary>
    public static string? Fault(string? file, string? passwordFile)
    {
        try
        {
            Load(file, passwordFile);
            return null;
        }
        catch (InvalidDataException unreadable)
        {
            return unreadable.Message;
        }
    }
}
