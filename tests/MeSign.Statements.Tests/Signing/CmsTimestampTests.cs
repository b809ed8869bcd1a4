using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Timestamps on signatures and on data.</summary>
public sealed class CmsTimestampTests : CmsVerifierBench
{
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
}
