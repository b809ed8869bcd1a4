using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Utilities.Collections;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Signatures that are good, by ours and other programs.</summary>
public sealed class CmsVerifierTests : CmsVerifierBench
{
    [Theory]
    [MemberData(nameof(CmsSignerTests.Schemes), MemberType = typeof(CmsSignerTests))]
    public async Task Accepts_our_own_signatures(string key, SignatureScheme scheme, string hash)
    {
        var identity = TestSigning.Identity(TestKeys.Get(key), new(hash), scheme);

        var opaque = await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);
        var verdict = Verifier().VerifyOpaque(opaque.Der, CmsProfile.Smime);

        verdict.AllProblems.ShouldBeEmpty();
        verdict.IsValid.ShouldBeTrue();
        verdict.Content.ShouldNotBeNull().ToArray().ShouldBe(Content);
        verdict.Signer.ShouldNotBeNull().Name.ShouldBe("Example Bank");
        verdict.Signer.IsBoundToCertificate.ShouldBeTrue();
        verdict.Signer.SigningTime.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("-md sha256")]
    [InlineData("-md sha512 -keyid")]
    [InlineData("-md sha384 -keyopt rsa_padding_mode:pss")]
    [InlineData("-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:-1")]
    [InlineData("-md sha256 -noattr")]
    [InlineData("-md sha256 -cades")]
    [InlineData("-md sha256 -stream -indef")]
    [InlineData("-md sha256 -nosmimecap")]
    [InlineData("-md sha3-256")]
    [InlineData("-md sha3-512")]
    public async Task Accepts_signatures_of_openssl(string options)
    {
        var signature = await OpenSslSignAsync(options, "-nodetach");

        var verdict = Verifier().VerifyOpaque(signature, CmsProfile.Smime);

        verdict.AllProblems.ShouldBeEmpty();
        verdict.IsValid.ShouldBeTrue();
        verdict.Content.ShouldNotBeNull().ToArray().ShouldBe(Content);
    }

    [Theory]
    [InlineData("-md sha256")]
    [InlineData("-md sha512 -keyid")]
    [InlineData("-md sha384 -noattr")]
    public async Task Accepts_detached_signatures_of_openssl_over_a_stream(string options)
    {
        var signature = await OpenSslSignAsync(options);

        Verifier().VerifyDetached(signature, new MemoryStream(Content), CmsProfile.Smime).AllProblems.ShouldBeEmpty();
    }

    [Fact]
    public void Accepts_BER_of_BouncyCastle()
    {
        using var certificate = _authority.Issue(TestKeys.Get("RSA2048"));
        var parser = new Org.BouncyCastle.X509.X509CertificateParser();
        var key = Org.BouncyCastle.Security.DotNetUtilities.GetRsaKeyPair(certificate.GetRSAPrivateKey()!.ExportParameters(true)).Private;
        var generator = new CmsSignedDataGenerator();
        generator.AddSigner(key, parser.ReadCertificate(certificate.RawData), CmsSignedDataGenerator.DigestSha256);
        generator.AddCertificates(CollectionUtilities.CreateStore(new[] { parser.ReadCertificate(certificate.RawData), parser.ReadCertificate(_authority.Issuing.RawData) }));
        var encoded = generator.Generate(new CmsProcessableByteArray(Content), encapsulate: true).GetEncoded("BER");

        var verdict = Verifier().VerifyOpaque(encoded, CmsProfile.Smime);

        encoded.AsSpan(0, 2).ToArray().ShouldBe(new byte[] { 0x30, 0x80 });
        verdict.AllProblems.ShouldBeEmpty();
    }

    [Fact]
    public void Accepts_Ed25519_of_BouncyCastle()
    {
        var generator = new CmsSignedDataGenerator();
        var (key, certificate) = Ed25519();
        generator.AddSignerInfoGenerator(new SignerInfoGeneratorBuilder().Build(new Asn1SignatureFactory("Ed25519", key), certificate));
        generator.AddCertificates(CollectionUtilities.CreateStore(new[] { certificate }));
        var encoded = generator.Generate(new CmsProcessableByteArray(Content), encapsulate: true).GetEncoded();
        var root = X509CertificateLoader.LoadCertificate(certificate.GetEncoded());
        var verifier = new CmsVerifier(TrustAnchors.Of([root]), TrustAnchors.None, CrlSet.None, _time);

        var verdict = verifier.VerifyOpaque(encoded, CmsProfile.Pades);

        verdict.AllProblems.ShouldBeEmpty();
        verdict.Signer.ShouldNotBeNull().Algorithm.ShouldBe("Ed25519, SHA-512");
        var signature = encoded.AsSpan().IndexOf(verdict.Signer.SignatureValue.Span);
        encoded[signature] ^= 1;
        verifier.VerifyOpaque(encoded, CmsProfile.Pades).AllProblems.ShouldContain("The signature does not match.");
    }

    [Fact]
    public async Task Accepts_a_key_for_PSS_alone()
    {
        (await _openssl.RunAsync("req", "-x509", "-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-nodes", "-keyout", "pss.key", "-out", "pss.pem", "-subj", "/CN=PSS", "-days", "30"))
            .ExitCode.ShouldBe(0);
        _openssl.File("content", Content);
        var made = await _openssl.RunAsync(
            "cms", "-sign", "-binary", "-nodetach", "-in", "content", "-signer", "pss.pem", "-inkey", "pss.key", "-md", "sha256", "-keyopt", "rsa_padding_mode:pss",
            "-outform", "DER", "-out", "pss.cms");
        made.ExitCode.ShouldBe(0, made.Output);
        var anchors = TrustAnchors.Load([Path.Combine(_openssl.Folder, "pss.pem")]);

        var verdict = new CmsVerifier(anchors, anchors, CrlSet.None, TimeProvider.System)
            .VerifyOpaque(await File.ReadAllBytesAsync(Path.Combine(_openssl.Folder, "pss.cms"), TestContext.Current.CancellationToken), CmsProfile.Pades);

        verdict.AllProblems.ShouldBeEmpty();
        verdict.Signer.ShouldNotBeNull().Algorithm.ShouldBe("RSA PSS, SHA-256");
    }

    [Fact]
    public async Task Every_signer_must_be_valid()
    {
        var signed = new SignedCms();
        signed.Decode((await Signer.SignOpaqueAsync(Content, TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256), CmsProfile.Smime, [], TestContext.Current.CancellationToken)).Der.Span);
        var rogue = new TestAuthority("Rogue");
        signed.ComputeSignature(new System.Security.Cryptography.Pkcs.CmsSigner(rogue.Issue(TestKeys.Get("RSA2048"))) { IncludeOption = X509IncludeOption.EndCertOnly });

        var verdict = Verifier().VerifyOpaque(signed.Encode(), CmsProfile.Smime);

        verdict.Signers.Select(signer => signer.IsValid).ShouldBe([true, false], ignoreOrder: true);
        verdict.IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task Detached_and_opaque_are_not_confused()
    {
        var opaque = await OpenSslSignAsync("-md sha256", "-nodetach");
        var detached = await OpenSslSignAsync("-md sha256");

        Verifier().VerifyDetached(opaque, new MemoryStream(Content), CmsProfile.Smime).Problems.ShouldHaveSingleItem().ShouldContain("must be detached");
        Verifier().VerifyOpaque(detached, CmsProfile.Smime).Problems.ShouldHaveSingleItem().ShouldContain("carries no content");
    }
}
