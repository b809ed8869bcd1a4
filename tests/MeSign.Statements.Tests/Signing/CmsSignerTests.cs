using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

public sealed class CmsSignerTests : IDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("Content-Type: text/plain\r\n\r\nBalance: 12 345.67\r\n");

    private readonly TestSigning _signing = new();
    private readonly OpenSsl _openssl = new();

    public static TheoryData<string, SignatureScheme, string> Schemes => new()
    {
        { "RSA2048", SignatureScheme.RsaPkcs1, "SHA256" },
        { "RSA2048", SignatureScheme.RsaPkcs1, "SHA384" },
        { "RSA3072", SignatureScheme.RsaPkcs1, "SHA512" },
        { "RSA2048", SignatureScheme.RsaPss, "SHA256" },
        { "RSA2048", SignatureScheme.RsaPss, "SHA384" },
        { "RSA3072", SignatureScheme.RsaPss, "SHA512" },
        { "P-256", SignatureScheme.Ecdsa, "SHA256" },
        { "P-384", SignatureScheme.Ecdsa, "SHA384" },
        { "P-521", SignatureScheme.Ecdsa, "SHA512" },
    };

    public void Dispose()
    {
        _signing.Dispose();
        _openssl.Dispose();
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Openssl_verifies_a_detached_signature_as_CAdES(string key, SignatureScheme scheme, string hashName)
    {
        var hash = new HashAlgorithmName(hashName);
        var identity = TestSigning.Identity(TestKeys.Get(key), hash, scheme);

        var signature = await _signing.Signer.SignDetachedAsync(
            CryptographicOperations.HashData(hash, Content), identity, CmsProfile.Pades, [], TestContext.Current.CancellationToken);

        var (exitCode, output) = await VerifyAsync(signature, "-content", _openssl.File("content", Content));
        exitCode.ShouldBe(0, output);
        signature.Der.Length.ShouldBeLessThanOrEqualTo(_signing.Signer.MaxDetachedBytes(identity, CmsProfile.Pades, []));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Openssl_verifies_an_opaque_signature_and_finds_the_content(string key, SignatureScheme scheme, string hashName)
    {
        var identity = TestSigning.Identity(TestKeys.Get(key), new(hashName), scheme);

        var signature = await _signing.Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);

        var (exitCode, output) = await VerifyAsync(signature, "-out", Path.Combine(_openssl.Folder, "out"));
        exitCode.ShouldBe(0, output);
        (await File.ReadAllBytesAsync(Path.Combine(_openssl.Folder, "out"), TestContext.Current.CancellationToken)).ShouldBe(Content);
    }

    [Fact]
    public async Task A_PDF_signature_has_no_signing_time_and_a_mail_signature_has_one_and_capabilities()
    {
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256);

        var pades = await _signing.Signer.SignDetachedAsync(SHA256.HashData(Content), identity, CmsProfile.Pades, [], TestContext.Current.CancellationToken);
        var smime = await _signing.Signer.SignDetachedAsync(SHA256.HashData(Content), identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);

        SignedAttributes(pades).ShouldBe(["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"], ignoreOrder: true);
        SignedAttributes(smime).ShouldBe(
            ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.15"], ignoreOrder: true);
    }

    [Fact]
    public async Task Openssl_reads_the_capabilities_in_order()
    {
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256);

        var signature = await _signing.Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);

        var (_, output) = await _openssl.RunAsync("asn1parse", "-inform", "DER", "-in", _openssl.File("sig", signature.Der.Span), "-i");
        var order = new[] { ":aes-256-cbc", ":aes-256-gcm", ":aes-128-cbc" }.Select(name => output.IndexOf(name, StringComparison.Ordinal)).ToArray();
        order.ShouldBe(order.Order());
        order.ShouldAllBe(position => position > 0);
    }

    [Fact]
    public async Task The_signature_is_DER_throughout()
    {
        var identity = TestSigning.Identity(TestKeys.Get("RSA2048"), HashAlgorithmName.SHA512, SignatureScheme.RsaPss);

        var signature = await _signing.Signer.SignOpaqueAsync(Content, identity, CmsProfile.Smime, [], TestContext.Current.CancellationToken);

        // BouncyCastle sorts sets and shortens lengths when it writes DER: equal bytes mean that there was nothing to do.
        Org.BouncyCastle.Asn1.Asn1Object.FromByteArray(signature.Der.ToArray()).GetEncoded("DER").ShouldBe(signature.Der.ToArray());
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA512")]
    public async Task The_timestamp_stamps_the_signature_value_and_openssl_trusts_it(string hashName)
    {
        await using var server = await TestTimestampServer.StartAsync();
        var hash = new HashAlgorithmName(hashName);
        var identity = TestSigning.Identity(TestKeys.Get("RSA2048"), hash);

        var signature = await _signing.Signer.SignDetachedAsync(
            CryptographicOperations.HashData(hash, Content), identity, CmsProfile.Pades, [server.Address], TestContext.Current.CancellationToken);

        var cms = new SignedCms();
        cms.Decode(signature.Der.Span);
        var attribute = cms.SignerInfos[0].UnsignedAttributes.Cast<CryptographicAttributeObject>().ShouldHaveSingleItem();
        attribute.Oid.Value.ShouldBe("1.2.840.113549.1.9.16.2.14");
        var token = _openssl.File("token", attribute.Values[0].RawData);
        var (exitCode, output) = await _openssl.RunAsync(
            "ts", "-verify", "-in", token, "-token_in", "-data", _openssl.File("value", cms.SignerInfos[0].GetSignature()), "-CAfile", Root());
        exitCode.ShouldBe(0, output);
        signature.Timestamp.ShouldNotBeNull().Der.ToArray().ShouldBe(attribute.Values[0].RawData);
        (await VerifyAsync(signature, "-content", _openssl.File("content", Content))).ExitCode.ShouldBe(0);
        signature.Der.Length.ShouldBeLessThanOrEqualTo(_signing.Signer.MaxDetachedBytes(identity, CmsProfile.Pades, [server.Address]));
    }

    [Fact]
    public async Task Room_is_exact_for_RSA_without_a_timestamp()
    {
        var identity = TestSigning.Identity(TestKeys.Get("RSA2048"), HashAlgorithmName.SHA256);

        var signature = await _signing.Signer.SignDetachedAsync(SHA256.HashData(Content), identity, CmsProfile.Pades, [], TestContext.Current.CancellationToken);

        _signing.Signer.MaxDetachedBytes(identity, CmsProfile.Pades, []).ShouldBe(signature.Der.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signs_nothing_more_once_its_certificate_has_expired(bool authority)
    {
        var time = new FakeTimeProvider(new(2035, 12, 1, 0, 0, 0, TimeSpan.Zero));
        using var signing = new TestSigning(time: time);
        // The issuing authority ends with the year 2035.
        var identity = TestSigning.Identity(
            TestKeys.Get("P-256"), HashAlgorithmName.SHA256, certificate: TestAuthority.Shared.Issue(TestKeys.Get("P-256"), notAfter: authority ? new(2037, 1, 1, 0, 0, 0, TimeSpan.Zero) : time.Start.AddDays(1)));
        Task<CmsSignature> SignAsync() => signing.Signer.SignDetachedAsync(SHA256.HashData("x"u8), identity, CmsProfile.Pades, [], TestContext.Current.CancellationToken);
        await SignAsync();

        time.Advance(authority ? TimeSpan.FromDays(31) : TimeSpan.FromDays(1));

        (await Should.ThrowAsync<StatementDelayedException>(SignAsync)).Message.ShouldContain(authority ? "(CN=Test Issuing)" : "(CN=Example Bank)");
    }

    [Fact]
    public async Task Refuses_a_digest_of_another_hash()
    {
        var identity = TestSigning.Identity(TestKeys.Get("P-256"), HashAlgorithmName.SHA256);

        var sign = () => _signing.Signer.SignDetachedAsync(SHA512.HashData(Content), identity, CmsProfile.Pades, [], TestContext.Current.CancellationToken);

        (await sign.ShouldThrowAsync<ArgumentException>()).Message.ShouldContain("64 bytes");
    }

    private static IEnumerable<string> SignedAttributes(CmsSignature signature)
    {
        var cms = new SignedCms();
        cms.Decode(signature.Der.Span);
        return cms.SignerInfos[0].SignedAttributes.Cast<CryptographicAttributeObject>().Select(attribute => attribute.Oid.Value!);
    }

    private string Root() => _openssl.File("root.pem", TestAuthority.Shared.Root.ExportCertificatePem());

    private Task<(int ExitCode, string Output)> VerifyAsync(CmsSignature signature, params string[] more) => _openssl.RunAsync(
        ["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", _openssl.File("sig.der", signature.Der.Span), "-CAfile", Root(),
            "-no-CApath", "-no-CAstore", "-purpose", "any", "-out", Path.Combine(_openssl.Folder, "out"), .. more]);
}
