using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Utilities.Collections;
using CmsSigner = MeSign.Statements.Signing.CmsSigner;

namespace MeSign.Statements.Tests.Signing;

public sealed class CmsVerifierTests : IDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("Content-Type: text/plain\r\n\r\nBalance: 12 345.67\r\n");

    // All bytes take a minute, as each is a path and two signatures; 7 reaches every kind of field.
    private const int MutationStep = 7;

    private readonly TestAuthority _authority = TestAuthority.Shared;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TestSigning _signing = new();
    private readonly OpenSsl _openssl = new();

    private CmsSigner Signer => _signing.Signer;

    public void Dispose()
    {
        _signing.Dispose();
        _openssl.Dispose();
    }

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
    public async Task A_token_without_its_certificate_needs_one_at_hand()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var token = await _signing.Timestamps.StampAsync(SHA256.HashData(Content), HashAlgorithmName.SHA256, [server.Address], TestContext.Current.CancellationToken);
        var cms = new SignedCms();
        cms.Decode(token.Der.Span);
        var certificates = cms.Certificates.ToList();
        certificates.ForEach(cms.RemoveCertificate);
        var bare = cms.Encode();

        var alone = Verifier().VerifyTimestamp(bare, new MemoryStream(Content));
        var informed = Verifier().With(CrlSet.None, CertificatePool.Of(certificates.Select(certificate => certificate.RawDataMemory))).VerifyTimestamp(bare, new MemoryStream(Content));

        alone.Problems.ShouldContain("Timestamp: The signer's certificate is not in the signature.");
        informed.Problems.ShouldBeEmpty();
        informed.Certificate.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task An_outdated_list_counts_only_where_it_was_given(bool given, bool valid)
    {
        var now = _time.GetUtcNow();
        using var certificate = _authority.Issue(TestKeys.Get("P-256"));
        var signature = await SignDetachedAsync(certificate);
        var outdated = CrlSet.Of([_authority.Revoke(now.AddDays(-9), now.AddDays(-2))]);
        var verifier = given ? Verifier(outdated) : Verifier().With(outdated, CertificatePool.Empty);

        var verdict = verifier.VerifyDetached(signature, new MemoryStream(Content), CmsProfile.Smime);

        verdict.IsValid.ShouldBe(valid, string.Join(' ', verdict.AllProblems));
    }

    [Fact]
    public async Task The_timestamp_says_when_and_outlives_the_certificate()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var certificate = _authority.Issue(TestKeys.Get("P-256"), notAfter: TimeProvider.System.GetUtcNow().AddDays(1));
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256, certificate: certificate);
        var stamped = await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [server.Address], TestContext.Current.CancellationToken);
        var bare = await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromDays(2));

        var withTimestamp = Verifier().VerifyOpaque(stamped.Der, CmsProfile.Smime);
        var without = Verifier().VerifyOpaque(bare.Der, CmsProfile.Smime);

        withTimestamp.AllProblems.ShouldBeEmpty();
        withTimestamp.Signer.ShouldNotBeNull().SignedAt.ShouldBe(stamped.Timestamp!.GenTime);
        withTimestamp.Signer.Timestamp.ShouldNotBeNull().Authority.ShouldBe("Test TSA");
        without.AllProblems.ShouldHaveSingleItem().ShouldContain("expired at");
    }

    [Fact]
    public async Task A_timestamp_of_another_signature_is_flagged()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256);
        var first = await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [server.Address], TestContext.Current.CancellationToken);
        var second = new SignedCms();
        second.Decode((await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken)).Der.Span);
        second.SignerInfos[0].AddUnsignedAttribute(new("1.2.840.113549.1.9.16.2.14", first.Timestamp!.Der.ToArray()));

        var verdict = Verifier().VerifyOpaque(second.Encode(), CmsProfile.Smime);

        verdict.AllProblems.ShouldHaveSingleItem().ShouldContain("made for other data");
        verdict.Signer!.SignedAt.ShouldBe(_time.GetUtcNow());
    }

    [Fact]
    public async Task A_timestamp_of_an_untrusted_authority_is_flagged()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256);
        var signature = await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [server.Address], TestContext.Current.CancellationToken);

        var verdict = new CmsVerifier(TrustAnchors.Of([_authority.Root]), TrustAnchors.None, CrlSet.None, _time).VerifyOpaque(signature.Der, CmsProfile.Smime);

        verdict.AllProblems.ShouldHaveSingleItem().ShouldContain("Timestamp: CN=Test");
    }

    [Fact]
    public async Task Changed_content_is_flagged()
    {
        var signature = await SignDetachedAsync();
        var changed = (byte[])Content.Clone();
        changed[^5] ^= 1;

        var verdict = Verifier().VerifyDetached(signature, new MemoryStream(changed), CmsProfile.Smime);

        verdict.Signer.ShouldNotBeNull().DigestMatches.ShouldBeFalse();
        verdict.Signer.SignatureMatches.ShouldBeTrue();
        verdict.AllProblems.ShouldHaveSingleItem().ShouldContain("not what was signed");
    }

    [Fact]
    public async Task A_changed_signature_is_flagged()
    {
        var signature = await SignDetachedAsync();
        signature[^1] ^= 1;

        var verdict = Verifier().VerifyDetached(signature, new MemoryStream(Content), CmsProfile.Smime);

        verdict.Signer.ShouldNotBeNull().SignatureMatches.ShouldBeFalse();
        verdict.AllProblems.ShouldHaveSingleItem().ShouldBe("The signature does not match.");
    }

    [Fact]
    public async Task Another_certificate_for_the_same_key_is_flagged()
    {
        var signature = await SignDetachedAsync();
        var original = new SignedCms(new ContentInfo(Content), detached: true);
        original.Decode(signature);
        var signer = original.SignerInfos[0].Certificate!;

        // Same key, issuer and serial number, other bytes: only the signing-certificate attribute can tell.
        var request = new CertificateRequest(signer.SubjectName, (ECDsa)TestKeys.Get("P-256"), HashAlgorithmName.SHA256);
        var swapped = request.Create(signer.IssuerName, X509SignatureGenerator.CreateForECDsa((ECDsa)TestKeys.Get("P-256")), TestAuthority.Begin, TestAuthority.End, signer.SerialNumberBytes.Span);
        original.RemoveCertificate(signer);
        original.AddCertificate(swapped);

        var verdict = Verifier().VerifyDetached(original.Encode(), new MemoryStream(Content), CmsProfile.Smime);

        verdict.AllProblems.ShouldContain("The signing-certificate attribute names another certificate.");
    }

    [Fact]
    public async Task An_untrusted_signer_is_flagged()
    {
        var verdict = new CmsVerifier(TrustAnchors.Of([new TestAuthority().Root]), TrustAnchors.None, CrlSet.None, _time)
            .VerifyDetached(await SignDetachedAsync(), new MemoryStream(Content), CmsProfile.Smime);

        verdict.Signer.ShouldNotBeNull().Path.ShouldNotBeNull().Problem.ShouldBe(PathProblem.Untrusted);
        verdict.IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task A_revoked_signer_is_flagged()
    {
        var certificate = _authority.Issue(TestKeys.Get("P-256"));
        var now = _time.GetUtcNow();
        var crls = CrlSet.Of([_authority.Revoke(now, now.AddDays(7), (certificate, now.AddDays(-1)))]);

        var verdict = Verifier(crls).VerifyDetached(await SignDetachedAsync(certificate), new MemoryStream(Content), CmsProfile.Smime);

        verdict.AllProblems.ShouldHaveSingleItem().ShouldContain("was revoked at");
    }

    [Theory]
    [InlineData(CmsProfile.Smime, "1.3.6.1.5.5.7.3.36", "lacks emailProtection")]
    [InlineData(CmsProfile.Pades, "1.3.6.1.5.5.7.3.1", "not for documents")]
    public async Task A_certificate_for_another_purpose_is_flagged(CmsProfile profile, string purpose, string problem)
    {
        var signature = await SignDetachedAsync(_authority.Issue(TestKeys.Get("P-256"), purposes: [purpose]));

        Verifier().VerifyDetached(signature, new MemoryStream(Content), profile).AllProblems.ShouldHaveSingleItem().ShouldContain(problem);
    }

    [Theory]
    [InlineData("-md sha1", "SHA-1")]
    [InlineData("-md md5", "MD5")]
    public async Task A_broken_digest_is_flagged(string options, string name)
    {
        var signature = await OpenSslSignAsync(options, "-nodetach");

        Verifier().VerifyOpaque(signature, CmsProfile.Smime).AllProblems.ShouldContain($"The content is hashed with {name}, which is broken.");
    }

    [Fact]
    public async Task A_signature_without_its_certificate_is_flagged()
    {
        var signature = await OpenSslSignAsync("-md sha256 -nocerts", "-nodetach");

        Verifier().VerifyOpaque(signature, CmsProfile.Smime).AllProblems.ShouldContain("The signer's certificate is not in the signature.");
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

    [Fact]
    public async Task Zero_padding_is_ignored_and_anything_else_after_the_signature_is_not()
    {
        var signature = await SignDetachedAsync();

        Verifier().VerifyDetached(signature.Concat(new byte[100]).ToArray(), new MemoryStream(Content), CmsProfile.Smime).IsValid.ShouldBeTrue();
        Verifier().VerifyDetached(signature.Append((byte)1).ToArray(), new MemoryStream(Content), CmsProfile.Smime)
            .Problems.ShouldHaveSingleItem().ShouldContain("follows the signature");
    }

    [Fact]
    public async Task A_document_timestamp_covers_its_data()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var token = await _signing.Timestamps.StampAsync(SHA256.HashData(Content), HashAlgorithmName.SHA256, [server.Address], TestContext.Current.CancellationToken);

        Verifier().VerifyTimestamp(token.Der, new MemoryStream(Content)).Problems.ShouldBeEmpty();
        Verifier().VerifyTimestamp(token.Der, new MemoryStream([1])).Problems.ShouldHaveSingleItem().ShouldContain("imprint differs");
    }

    [Fact]
    public async Task Openssl_timestamps_with_a_version_1_certificate_id_are_accepted()
    {
        var token = await OpenSslTokenAsync();

        Verifier().VerifyTimestamp(token, new MemoryStream(Content)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Any_single_changed_byte_is_noticed_or_harmless_and_never_crashes()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256);
        var signature = (await Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [server.Address], TestContext.Current.CancellationToken)).Der.ToArray();
        var verifier = Verifier();

        for (var i = 0; i < signature.Length; i += MutationStep)
        {
            var changed = (byte[])signature.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            var verdict = verifier.VerifyOpaque(changed, CmsProfile.Smime);
            if (verdict.IsValid)
                verdict.Content!.Value.ToArray().ShouldBe(Content);
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void Nested_indefinite_lengths_cost_no_more_than_their_size(int depth)
    {
        var bomb = new byte[depth * 2];
        for (var i = 0; i < bomb.Length; i += 2)
            (bomb[i], bomb[i + 1]) = (0x30, 0x80);

        Verifier().VerifyOpaque(bomb, CmsProfile.Smime).Problems.ShouldHaveSingleItem().ShouldContain("not CMS SignedData");
    }

    [Fact]
    public void An_object_identifier_of_a_megabyte_is_refused()
    {
        var bomb = new byte[1_000_010];
        new byte[] { 0x30, 0x83, 0x0F, 0x42, 0x45, 0x06, 0x83, 0x0F, 0x42, 0x40 }.CopyTo(bomb, 0);
        bomb.AsSpan(10).Fill(0xFF);
        bomb[^1] = 0x7F;

        Verifier().VerifyOpaque(bomb, CmsProfile.Smime).Problems.ShouldHaveSingleItem().ShouldContain("not CMS SignedData");
    }

    private CmsVerifier Verifier(CrlSet? crls = null)
    {
        var anchors = TrustAnchors.Of([_authority.Root]);
        return new(anchors, anchors, crls ?? CrlSet.None, _time);
    }

    private async Task<byte[]> SignDetachedAsync(X509Certificate2? certificate = null)
    {
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256, certificate: certificate);
        return (await Signer.SignDetachedAsync(SHA256.HashData(Content), identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken)).Der.ToArray();
    }

    private async Task<byte[]> OpenSslSignAsync(string options, params string[] more)
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

    private async Task<byte[]> OpenSslTokenAsync()
    {
        using var certificate = _authority.Issue(TestKeys.Get("TSA"), "CN=OpenSSL TSA", ["1.3.6.1.5.5.7.3.8"], criticalPurposes: true, X509KeyUsageFlags.DigitalSignature);
        _openssl.File("tsa.pem", certificate.ExportCertificatePem());
        _openssl.File("tsa.key", ((RSA)TestKeys.Get("TSA")).ExportPkcs8PrivateKeyPem());
        _openssl.File("chain.pem", _authority.Issuing.ExportCertificatePem());
        _openssl.File("content", Content);
        _openssl.File("serial", "01\n");
        _openssl.File("tsa.cnf", "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\ncerts=chain.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha1\n");
        var query = await _openssl.RunAsync("ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query");
        query.ExitCode.ShouldBe(0, query.Output);
        var reply = await _openssl.RunAsync("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-token_out", "-out", "token");
        reply.ExitCode.ShouldBe(0, reply.Output);
        return await File.ReadAllBytesAsync(Path.Combine(_openssl.Folder, "token"), TestContext.Current.CancellationToken);
    }

    private static (Org.BouncyCastle.Crypto.AsymmetricKeyParameter Key, Org.BouncyCastle.X509.X509Certificate Certificate) Ed25519()
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
