using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

public sealed class SigningIdentityTokenTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly OpenSsl _files = new();
    private readonly string _chain;

    public SigningIdentityTokenTests()
    {
        _ = SoftHsm.Shared;
        _chain = _files.File("chain.pem", TestAuthority.Shared.Issuing.ExportCertificatePem() + "\n" + TestAuthority.Shared.Root.ExportCertificatePem());
    }

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("rsa", SignatureScheme.RsaPkcs1, "SHA256")]
    [InlineData("rsa", SignatureScheme.RsaPkcs1, "SHA512")]
    [InlineData("rsa", SignatureScheme.RsaPss, "SHA256")]
    [InlineData("rsa", SignatureScheme.RsaPss, "SHA384")]
    [InlineData("ec", SignatureScheme.Ecdsa, "SHA384")]
    public async Task Signs_what_everybody_verifies(string label, SignatureScheme scheme, string hash)
    {
        using var signing = new TestSigning();
        var identity = Load(label, new() { Hash = new(hash), Scheme = label == "rsa" ? scheme : SignatureScheme.RsaPkcs1 });

        var signature = await signing.Signer.SignOpaqueAsync("a statement"u8.ToArray(), identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);

        identity.Key.Scheme.ShouldBe(scheme);
        identity.Chain.Select(certificate => certificate.Subject).ShouldBe(["CN=Test Issuing"]);
        var anchors = TrustAnchors.Of([TestAuthority.Shared.Root]);
        new CmsVerifier(anchors, anchors, CrlSet.None, _time).VerifyOpaque(signature.Der, CmsProfile.Smime).Problems.ShouldBeEmpty();
        var judged = await _files.RunAsync(
            "cms", "-verify", "-inform", "DER", "-in", _files.File("signed.der", signature.Der.Span), "-CAfile", _chain, "-binary", "-purpose", "any", "-out", "content");
        judged.ExitCode.ShouldBe(0, judged.Output);
    }

    [Fact]
    public async Task Many_signatures_at_once_share_the_sessions()
    {
        var identity = Load("ec");
        var digests = Enumerable.Range(0, 100).Select(i => SHA256.HashData([(byte)i])).ToList();

        var signatures = await Task.WhenAll(digests.Select(digest => identity.Key.SignDigestAsync(digest, HashAlgorithmName.SHA256, TestContext.Current.CancellationToken)));

        using var key = identity.Certificate.GetECDsaPublicKey()!;
        digests.Zip(signatures).ShouldAllBe(pair => key.VerifyHash(pair.First, pair.Second, DSASignatureFormat.Rfc3279DerSequence));
        signatures.ShouldAllBe(signature => signature.Length <= identity.Key.MaxSignatureBytes);
    }

    [Theory]
    [InlineData("absent", "has no private key of that label")]
    [InlineData("bare", "has no certificate with the key's CKA_ID")]
    public void Refuses_a_token_without_the_key_or_its_certificate(string label, string problem) => Refusal(label).ShouldContain(problem);

    [Fact]
    public void Refuses_a_certificate_of_another_key() => Refusal("alien").ShouldMatch("certificate of another key|CKR_");

    [Fact]
    public void Refuses_a_chain_that_is_not_there()
    {
        var load = () => SigningIdentityToken.Load(SoftHsm.Module, SoftHsm.Token, "ec", SoftHsm.Pin, [], _time);

        load.ShouldThrow<InvalidDataException>().Message.ShouldContain("lacks the issuer of CN=Example Bank");
    }

    [Fact]
    public void Refuses_a_wrong_PIN_and_says_what_it_costs()
    {
        var load = () => SigningIdentityToken.Load(SoftHsm.Module, SoftHsm.OtherToken, "ec", "000000", [_chain], _time);

        load.ShouldThrow<InvalidDataException>().Message.ShouldContain("CKR_PIN_INCORRECT: the PIN is another");
    }

    [Fact]
    public void Refuses_an_unknown_token_and_what_is_no_module()
    {
        var noToken = () => SigningIdentityToken.Load(SoftHsm.Module, "nobody's", "ec", SoftHsm.Pin, [_chain], _time);
        var noModule = () => SigningIdentityToken.Load(_chain, SoftHsm.Token, "ec", SoftHsm.Pin, [_chain], _time);

        noToken.ShouldThrow<InvalidDataException>().Message.ShouldContain("has no token \"nobody's\"");
        noModule.ShouldThrow<InvalidDataException>().Message.ShouldContain("does not load as a PKCS#11 module");
    }

    [Fact]
    public async Task A_device_that_does_not_sign_delays()
    {
        var identity = Load("ec");
        var key = new Pkcs11SigningKey(Pkcs11Token.Find(SoftHsm.Module, SoftHsm.Token), "gone", SoftHsm.Pin, identity.Certificate, SignatureScheme.RsaPkcs1);

        var sign = () => key.SignDigestAsync(new byte[32], HashAlgorithmName.SHA256, TestContext.Current.CancellationToken);

        (await sign.ShouldThrowAsync<StatementDelayedException>()).Message.ShouldContain("does not sign now (CKR_KEY_HANDLE_INVALID)");
        (await identity.Key.SignDigestAsync(new byte[32], HashAlgorithmName.SHA256, TestContext.Current.CancellationToken)).ShouldNotBeEmpty();
    }

    private SigningIdentity Load(string label, SigningIdentityOptions? options = null) =>
        SigningIdentityToken.Load(SoftHsm.Module, SoftHsm.Token, label, SoftHsm.Pin, [_chain], _time, options);

    private string Refusal(string label) => Should.Throw<InvalidDataException>(() => Load(label)).Message;
}
