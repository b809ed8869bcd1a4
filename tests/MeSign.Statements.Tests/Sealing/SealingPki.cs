using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>A small certification authority for this folder's tests; its certificates are valid from 2020 to 2049.</summary>
internal static class SealingPki
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ConcurrentDictionary<string, X509Certificate2> Made = new(StringComparer.Ordinal);

    public static X509Certificate2 Root { get; } = MakeRoot();

    /// <summary>A certificate with its private key: <c>rsa2048</c>, <c>rsa1024</c>, <c>P-256</c>, <c>P-384</c>, <c>P-521</c>.</summary>
    public static X509Certificate2 Recipient(string key, string address = "client@example.test") =>
        Made.GetOrAdd($"recipient/{key}/{address}", _ => Make(
            key, $"CN={address}", address,
            key.StartsWith("rsa", StringComparison.Ordinal) ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.KeyAgreement));

    public static X509Certificate2 Signer(string key = "rsa2048", string address = "statements@bank.test") =>
        Made.GetOrAdd($"signer/{key}/{address}", _ => Make(key, $"CN=Test Bank", address, X509KeyUsageFlags.DigitalSignature));

    public static X509Certificate2 Make(string key, string subject, string address, X509KeyUsageFlags usage)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddEmailAddress(address);
        X509Extension[] extensions =
        [
            new X509BasicConstraintsExtension(false, false, 0, true),
            new X509KeyUsageExtension(usage, true),
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.4")], false),
            names.Build(),
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false),
        ];
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        serial[0] |= 0x01;

        if (key.StartsWith("rsa", StringComparison.Ordinal))
        {
            var rsa = RSA.Create(int.Parse(key[3..]));
            var request = new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            Add(request, extensions);
            using var certificate = request.Create(Root, From, To, serial);
            return certificate.CopyWithPrivateKey(rsa);
        }
        else
        {
            var curve = key switch { "P-256" => ECCurve.NamedCurves.nistP256, "P-384" => ECCurve.NamedCurves.nistP384, "P-521" => ECCurve.NamedCurves.nistP521, _ => ECCurve.NamedCurves.brainpoolP256r1 };
            var parameters = ECDsa.Create(curve).ExportParameters(true);
            using var ecdsa = ECDsa.Create(parameters);
            var request = new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256);
            Add(request, extensions);
            using var certificate = request.Create(
                Root.SubjectName, X509SignatureGenerator.CreateForRSA(Root.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1), From, To, serial);
            return usage == X509KeyUsageFlags.KeyAgreement
                ? certificate.CopyWithPrivateKey(ECDiffieHellman.Create(parameters))
                : certificate.CopyWithPrivateKey(ECDsa.Create(parameters));
        }
    }

    private static void Add(CertificateRequest request, X509Extension[] extensions)
    {
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
    }

    private static X509Certificate2 MakeRoot()
    {
        var request = new CertificateRequest("CN=Sealing Test Root", RSA.Create(2048), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(From, To);
    }
}
