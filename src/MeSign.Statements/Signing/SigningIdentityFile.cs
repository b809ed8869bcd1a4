using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Signing;

/// <summary>Loads a signing identity from a PKCS#12 file (RFC 7292) and refuses one that receivers would not accept.</summary>
public static partial class SigningIdentityFile
{
    private const int MaxChain = 8;

    /// <summary>Reads the file and checks the key, the dates, the key usage and the way to the root.</summary>
    /// <param name="time">Today, for the dates.</param>
    /// <param name="options">Hash, scheme and warning time; the defaults where null.</param>
    /// <param name="anchors">Where the chain may end when the file leaves its root out.</param>
    /// <param name="logger">Told when the certificate expires soon.</param>
    /// <exception cref="InvalidDataException">The identity must not be used; the message names the file and the fix.</exception>
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
            throw Refused(pkcs12Path, $"has {keyed.Count} certificates with a private key: export exactly one");

        var signer = keyed[0];
        if (Problem(signer, time.GetUtcNow()) is { } problem)
            throw Refused(pkcs12Path, problem);

        var chain = Chain(pkcs12Path, signer, [.. certificates, .. anchors?.Intermediates ?? [], .. anchors?.Roots ?? []]);
        if (chain.FirstOrDefault(link => link.NotAfter.ToUniversalTime() <= time.GetUtcNow().UtcDateTime) is { } expired)
            throw Refused(pkcs12Path, $"has an expired certificate in its chain ({expired.Subject}, until {expired.NotAfter.ToUniversalTime():u}): export the chain again");
        if (logger is not null && signer.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime < options.WarnBeforeExpiry)
            Log.ExpiresSoon(logger, Path.GetFileName(pkcs12Path), signer.NotAfter.ToUniversalTime());

        return new(
            X509CertificateLoader.LoadCertificate(signer.RawData),
            chain,
            new Pkcs12SigningKey(signer, options.Scheme),
            options.Hash);
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

    private static string? Problem(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
            return $"expired at {certificate.NotAfter.ToUniversalTime():u}: renew the certificate";
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
            return $"is valid only from {certificate.NotBefore.ToUniversalTime():u}: check the clock or wait";
        if (KeyStrength.Problem(certificate) is { } weak)
            return $"has a {weak}: order a certificate with a stronger key";
        if (!CertificateUsage.MaySign(certificate))
            return "has a keyUsage with neither digitalSignature nor nonRepudiation: order a certificate for signing";

        return null;
    }

    /// <summary>The certificates above the signer without the root, each found by name and proved by signature.</summary>
    private static List<X509Certificate2> Chain(string path, X509Certificate2 signer, IReadOnlyList<X509Certificate2> candidates)
    {
        var chain = new List<X509Certificate2>();
        var last = signer;
        while (!SignedObject.IsIssuedBy(last, last))
        {
            var issuer = candidates.FirstOrDefault(candidate => SignedObject.IsIssuedBy(last, candidate))
                ?? throw Refused(path, $"lacks the issuer of {last.Subject}, which is {last.Issuer}: export it with the whole certification path");
            if (chain.Count == MaxChain)
                throw Refused(path, $"has a chain of more than {MaxChain} certificates");

            if (!SignedObject.IsIssuedBy(issuer, issuer))
                chain.Add(X509CertificateLoader.LoadCertificate(issuer.RawData));
            last = issuer;
        }

        return chain;
    }

    private static InvalidDataException Refused(string path, string problem) => new($"The signing identity {path} {problem}.");

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "The signing certificate in {File} expires at {NotAfter:u}: renew it before then, or every statement of its issuers waits.")]
        public static partial void ExpiresSoon(ILogger logger, string file, DateTime notAfter);
    }
}
