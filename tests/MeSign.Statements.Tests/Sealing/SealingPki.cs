using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sealing;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>A small certification authority for this folder's tests; its certificates are valid from 2020 to 2049.</summary>
internal static class SealingPki
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ConcurrentDictionary<string, X509Certificate2> Made = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, byte[]> PrivateKeys = new(StringComparer.Ordinal);

    public static X509Certificate2 Root { get; } = MakeRoot();

    /// <summary>
    /// A certificate with its private key: <c>rsa2048</c>, <c>rsa1024</c>, <c>P-256</c>, <c>P-384</c>, <c>P-521</c>; <c>X25519</c>,
    /// <c>ML-KEM-768</c>, <c>ML-KEM-1024</c>, whose private keys are with <see cref="Key"/> alone.
    /// </summary>
    public static X509Certificate2 Recipient(string key, string address = "client@example.test") =>
        Made.GetOrAdd($"recipient/{key}/{address}", _ => Make(
            key, $"CN={address}", address,
            key[0] is 'r' or 'M' ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.KeyAgreement));

    /// <summary>What opens messages to a certificate made here.</summary>
    public static DecryptionKey Key(X509Certificate2 certificate) =>
        PrivateKeys.TryGetValue(certificate.Thumbprint, out var pkcs8) ? DecryptionKey.Of(certificate, pkcs8) : DecryptionKey.Of(certificate);

    /// <summary>PKCS#8 of an X25519 or ML-KEM key made here.</summary>
    public static byte[]? Pkcs8(X509Certificate2 certificate) => PrivateKeys.GetValueOrDefault(certificate.Thumbprint);

    public static X509Certificate2 Signer(string key = "rsa2048", string address = "statements@bank.test") =>
        Made.GetOrAdd($"signer/{key}/{address}", _ => Make(key, $"CN=Test Bank", address, X509KeyUsageFlags.DigitalSignature));

    /// <summary>A signer whose certificate ended with 2020.</summary>
    public static X509Certificate2 ExpiredSigner() => Make("rsa2048", "CN=Test Bank", "statements@bank.test", X509KeyUsageFlags.DigitalSignature, From.AddYears(1));

    public static X509Certificate2 Make(string key, string subject, string address, X509KeyUsageFlags usage, DateTimeOffset? until = null)
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

        if (key[0] is 'X' or 'M')
        {
            var pair = Generate(key);
            var publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public).GetDerEncoded(), out _);
            var request = new CertificateRequest(new X500DistinguishedName(subject), publicKey, HashAlgorithmName.SHA256);
            Add(request, extensions);
            var certificate = request.Create(
                Root.SubjectName, X509SignatureGenerator.CreateForRSA(Root.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1), From, until ?? To, serial);
            // Version 1 without the public key (RFC 8410 §7): the form that every OpenSSL reads.
            PrivateKeys[certificate.Thumbprint] = pair.Private is X25519PrivateKeyParameters curve25519
                ? [.. Convert.FromHexString("302E020100300506032B656E04220420"), .. curve25519.GetEncoded()]
                : PrivateKeyInfoFactory.CreatePrivateKeyInfo(pair.Private).GetDerEncoded();
            return certificate;
        }
        if (key.StartsWith("rsa", StringComparison.Ordinal))
        {
            var rsa = RSA.Create(int.Parse(key[3..]));
            var request = new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            Add(request, extensions);
            using var certificate = request.Create(Root, From, until ?? To, serial);
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
                Root.SubjectName, X509SignatureGenerator.CreateForRSA(Root.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1), From, until ?? To, serial);
            return usage == X509KeyUsageFlags.KeyAgreement
                ? certificate.CopyWithPrivateKey(ECDiffieHellman.Create(parameters))
                : certificate.CopyWithPrivateKey(ECDsa.Create(parameters));
        }
    }

    private static AsymmetricCipherKeyPair Generate(string key)
    {
        IAsymmetricCipherKeyPairGenerator generator = key == "X25519" ? new X25519KeyPairGenerator() : new MLKemKeyPairGenerator();
        generator.Init(key switch
        {
            "X25519" => new X25519KeyGenerationParameters(new SecureRandom()),
            "ML-KEM-512" => new MLKemKeyGenerationParameters(new SecureRandom(), MLKemParameters.ml_kem_512),
            "ML-KEM-768" => new MLKemKeyGenerationParameters(new SecureRandom(), MLKemParameters.ml_kem_768),
            _ => new MLKemKeyGenerationParameters(new SecureRandom(), MLKemParameters.ml_kem_1024),
        });
        return generator.GenerateKeyPair();
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
