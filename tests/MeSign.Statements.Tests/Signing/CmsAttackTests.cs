using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Signatures that are not what they seem.</summary>
public sealed class CmsAttackTests : CmsVerifierBench
{
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
    public async Task Zero_padding_is_ignored_and_anything_else_after_the_signature_is_not()
    {
        var signature = await SignDetachedAsync();

        Verifier().VerifyDetached(signature.Concat(new byte[100]).ToArray(), new MemoryStream(Content), CmsProfile.Smime).IsValid.ShouldBeTrue();
        Verifier().VerifyDetached(signature.Append((byte)1).ToArray(), new MemoryStream(Content), CmsProfile.Smime)
            .Problems.ShouldHaveSingleItem().ShouldContain("follows the signature");
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

    // All bytes take a minute, as each is a path and two signatures; 7 reaches every kind of field.
    private const int MutationStep = 7;
}
