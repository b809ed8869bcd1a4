using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Crypto.Operators;
using CmsSigner = MeSign.Statements.Signing.CmsSigner;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Signed content, and a verifier that trusts the authority of the tests.</summary>
public abstract class CmsVerifierBench : IDisposable
{
    private protected static readonly byte[] Content = Encoding.ASCII.GetBytes("Content-Type: text/plain\r\n\r\nBalance: 12 345.67\r\n");
    private protected readonly TestAuthority _authority = TestAuthority.Shared;
    private protected readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private protected readonly TestSigning _signing = new();
    private protected readonly OpenSsl _openssl = new();
    private protected CmsSigner Signer => _signing.Signer;

    public void Dispose()
    {
        _signing.Dispose();
        _openssl.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected CmsVerifier Verifier(CrlSet? crls = null)
    {
        var anchors = TrustAnchors.Of([_authority.Root]);
        return new(anchors, anchors, crls ?? CrlSet.None, _time);
    }

    private protected async Task<byte[]> SignDetachedAsync(X509Certificate2? certificate = null)
    {
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256, certificate: certificate);
        return (await Signer.SignDetachedAsync(SHA256.HashData(Content), identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken)).Der.ToArray();
    }

    private protected async Task<byte[]> OpenSslSignAsync(string options, params string[] more)
    {
        using var certificate = _authority.Issue(TestKeys.Get("RSA2048"));
        var signer = _openssl.File("signer.pem", certificate.ExportCertificatePem());
        var key = _openssl.File("signer.key", ((RSA)TestKeys.Get("RSA2048")).ExportPkcs8PrivateKeyPem());
        var chain = _openssl.File("chain.pem", _authority.Issuing.ExportCertificatePem());
        var output = Path.Combine(_openssl.Folder, "signed.der");
        var (exitCode, text) = await _openssl.RunAsync(
            ["cms", "-sign", "-binary", "-in", _openssl.File("content", Content), "-signer", signer, "-inkey", key, "-certfile", chain,
                "-outform", "DER", "-out", output, .. options.Split(' '), .. more]);
        exitCode.ShouldBe(0, text);
        return await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken);
    }

    private protected static (Org.BouncyCastle.Crypto.AsymmetricKeyParameter Key, Org.BouncyCastle.X509.X509Certificate Certificate) Ed25519()
    {
        var pair = new Org.BouncyCastle.Crypto.Generators.Ed25519KeyPairGenerator();
        pair.Init(new Org.BouncyCastle.Crypto.Parameters.Ed25519KeyGenerationParameters(new Org.BouncyCastle.Security.SecureRandom()));
        var keys = pair.GenerateKeyPair();
        var generator = new Org.BouncyCastle.X509.X509V3CertificateGenerator();
        generator.SetSerialNumber(Org.BouncyCastle.Math.BigInteger.One);
        generator.SetIssuerDN(new("CN=Ed25519"));
        generator.SetSubjectDN(new("CN=Ed25519"));
        generator.SetNotBefore(TestAuthority.Begin.UtcDateTime);
        generator.SetNotAfter(TestAuthority.End.UtcDateTime);
        generator.SetPublicKey(keys.Public);
        return (keys.Private, generator.Generate(new Asn1SignatureFactory("Ed25519", keys.Private)));
    }
}
