using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MeSign.Statements.Sandbox.Authority;

/// <summary>Writes what the authority made as the files that OpenSSL, mail clients and the product read.</summary>
internal static class AuthorityFiles
{
    /// <summary><c>root.pem</c>, <c>issuing.pem</c>, <c>root.crl</c> and <c>issuing.crl</c> (both DER).</summary>
    public static async Task WriteAsync(TestAuthority authority, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "root.pem"), Pem(authority.Root), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "issuing.pem"), Pem(authority.Issuing), cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "root.crl"), authority.RootCrl, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "issuing.crl"), authority.IssuingCrl, cancellationToken);
    }

    /// <summary><c>&lt;address&gt;.pem</c>, the certificate and its issuer, and <c>&lt;address&gt;.key</c>, PKCS#8 without password.</summary>
    public static async Task WriteRecipientAsync(
        TestAuthority authority, string address, X509Certificate2 certificate, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using AsymmetricAlgorithm? rsa = certificate.GetRSAPrivateKey();
        using AsymmetricAlgorithm? ecdsa = certificate.GetECDsaPrivateKey();
        var key = (rsa ?? ecdsa)!.ExportPkcs8PrivateKeyPem() + "\n";
        await File.WriteAllTextAsync(Path.Combine(folder, address + ".pem"), Pem(certificate) + Pem(authority.Issuing), cancellationToken);
        await WriteSecretAsync(Path.Combine(folder, address + ".key"), Encoding.ASCII.GetBytes(key), cancellationToken);
    }

    /// <summary>The PKCS#12 file with key and whole chain, and beside it <c>&lt;name&gt;.password</c>.</summary>
    /// <returns>The path of the password file.</returns>
    public static async Task<string> WritePkcs12Async(
        TestAuthority authority, X509Certificate2 certificate, string path, CancellationToken cancellationToken)
    {
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var passwordFile = Path.ChangeExtension(path, ".password");
        X509Certificate2Collection chain = [certificate, authority.Issuing, authority.Root];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await WriteSecretAsync(path, chain.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password), cancellationToken);
        await WriteSecretAsync(passwordFile, Encoding.ASCII.GetBytes(password), cancellationToken);
        return passwordFile;
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static async Task WriteSecretAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(content, cancellationToken);
    }
}
