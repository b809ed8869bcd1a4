using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

public sealed class SigningIdentityFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesign-identity-").FullName;
    private readonly FakeTimeProvider _time = new(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestAuthority _authority = TestAuthority.Shared;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("RSA2048", SignatureScheme.RsaPkcs1)]
    [InlineData("P-384", SignatureScheme.Ecdsa)]
    public async Task Loads_certificate_chain_and_key(string key, SignatureScheme scheme)
    {
        var file = Export(_authority.Issue(TestKeys.Get(key)), _authority.Root, _authority.Issuing);

        var identity = SigningIdentityFile.Load(file, "secret", _time);

        identity.Certificate.Subject.ShouldBe("CN=Example Bank");
        identity.Certificate.HasPrivateKey.ShouldBeFalse();
        identity.Chain.Select(certificate => certificate.Subject).ShouldBe(["CN=Test Issuing"]);
        identity.Root!.RawData.ShouldBe(_authority.Root.RawData);
        identity.Key.Scheme.ShouldBe(scheme);
        var digest = RandomNumberGenerator.GetBytes(32);
        var signature = await identity.Key.SignDigestAsync(digest, HashAlgorithmName.SHA256, TestContext.Current.CancellationToken);
        var matches = scheme == SignatureScheme.Ecdsa
            ? identity.Certificate.GetECDsaPublicKey()!.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence)
            : identity.Certificate.GetRSAPublicKey()!.VerifyHash(digest, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        matches.ShouldBeTrue();
    }

    [Theory]
    [InlineData("RSA2048", false)]
    [InlineData("P-256", true)]
    public void Loads_PEM_of_key_certificate_and_chain(string name, bool encrypted)
    {
        var key = TestKeys.Get(name);
        var pem = encrypted
            ? key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))
            : key.ExportPkcs8PrivateKeyPem();
        var own = _authority.Issue(key).ExportCertificatePem();
        var above = $"{_authority.Issuing.ExportCertificatePem()}\n{_authority.Root.ExportCertificatePem()}\n";
        var file = Path.Combine(_folder, "bank.pem");
        var other = Path.Combine(_folder, "other.pem");
        File.WriteAllText(file, $"Bag Attributes\n{pem}\n{own}\n{above}");
        File.WriteAllText(other, $"{_authority.Issue(TestKeys.Get("P-384")).ExportCertificatePem()}\n{above}{pem}\n");

        var identity = SigningIdentityFile.Load(file, "secret", _time);

        identity.Certificate.Subject.ShouldBe("CN=Example Bank");
        identity.Chain.Select(certificate => certificate.Subject).ShouldBe(["CN=Test Issuing"]);
        Refusal(other).ShouldContain("neither PKCS#12 nor PEM with a private key");
        if (encrypted)
            Should.Throw<InvalidDataException>(() => SigningIdentityFile.Load(file, "wrong", _time)).Message.ShouldContain("the password is another");
    }

    [Fact]
    public void The_root_may_come_from_the_anchors()
    {
        var file = Export(_authority.Issue(TestKeys.Get("P-256")), _authority.Issuing);

        SigningIdentityFile.Load(file, "secret", _time, anchors: TrustAnchors.Of([_authority.Root])).Chain.Count.ShouldBe(1);
    }

    [Fact]
    public void Refuses_an_incomplete_chain()
    {
        var file = Export(_authority.Issue(TestKeys.Get("P-256")), _authority.Root);

        Refusal(file).ShouldContain("lacks the issuer of CN=Example Bank, which is CN=Test Issuing");
    }

    [Fact]
    public void An_issuer_of_the_same_name_with_another_key_does_not_complete_the_chain()
    {
        var other = new TestAuthority();
        var file = Export(_authority.Issue(TestKeys.Get("P-256")), other.Issuing, other.Root);

        Refusal(file).ShouldContain("lacks the issuer");
    }

    [Fact]
    public void Refuses_an_expired_certificate()
    {
        var file = Export(_authority.Issue(TestKeys.Get("P-256"), notAfter: new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)), _authority.Issuing, _authority.Root);

        Refusal(file).ShouldContain("expired at 2026-05-01");
    }

    [Fact]
    public void Refuses_a_certificate_that_is_not_valid_yet()
    {
        var file = Export(_authority.Issue(TestKeys.Get("P-256"), notBefore: new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)), _authority.Issuing, _authority.Root);

        Refusal(file).ShouldContain("valid only from 2026-07-01");
    }

    [Fact]
    public void Refuses_a_certificate_for_encryption()
    {
        var file = Export(_authority.Issue(TestKeys.Get("RSA2048"), usage: X509KeyUsageFlags.KeyEncipherment), _authority.Issuing, _authority.Root);

        Refusal(file).ShouldContain("neither digitalSignature nor nonRepudiation");
    }

    [Fact]
    public void Names_every_fault_at_once()
    {
        using var key = RSA.Create(1024);
        var certificate = _authority.Issue(key, usage: X509KeyUsageFlags.KeyEncipherment, notAfter: new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

        var refusal = Refusal(Export(certificate, _authority.Root));

        refusal.ShouldContain("expired at 2026-05-01");
        refusal.ShouldContain("1024 bits");
        refusal.ShouldContain("neither digitalSignature nor nonRepudiation");
        refusal.ShouldContain("lacks the issuer of CN=Example Bank");
    }

    [Fact]
    public void Refuses_a_short_RSA_key()
    {
        using var key = RSA.Create(1024);

        Refusal(Export(_authority.Issue(key), _authority.Issuing, _authority.Root)).ShouldContain("1024 bits");
    }

    [Fact]
    public void Refuses_a_wrong_password_and_what_is_not_PKCS12()
    {
        var file = Export(_authority.Issue(TestKeys.Get("P-256")), _authority.Issuing, _authority.Root);
        var text = Path.Combine(_folder, "text.p12");
        File.WriteAllText(text, "hello");

        Should.Throw<InvalidDataException>(() => SigningIdentityFile.Load(file, "wrong", _time)).Message.ShouldContain("the password is another");
        Refusal(text).ShouldContain("neither PKCS#12 nor PEM");
        Refusal(Path.Combine(_folder, "absent.p12")).ShouldContain("cannot be read");
    }

    [Fact]
    public void Refuses_a_file_without_a_key()
    {
        Refusal(Export(_authority.Issuing, _authority.Root)).ShouldContain("has 0 certificates with a private key");
    }

    [Fact]
    public void Warns_of_a_certificate_that_expires_soon()
    {
        var log = new ListLogger();
        var soon = Export(_authority.Issue(TestKeys.Get("P-256"), notAfter: new(2026, 6, 20, 0, 0, 0, TimeSpan.Zero)), _authority.Issuing, _authority.Root);

        SigningIdentityFile.Load(soon, "secret", _time, logger: log);
        SigningIdentityFile.Load(soon, "secret", _time, new() { WarnBeforeExpiry = TimeSpan.FromDays(10) }, logger: log);

        log.Lines.ShouldHaveSingleItem().ShouldContain("expires at 2026-06-20");
    }

    private string Refusal(string file)
    {
        var message = Should.Throw<InvalidDataException>(() => SigningIdentityFile.Load(file, "secret", _time)).Message;
        message.ShouldContain(file);
        return message;
    }

    private string Export(params X509Certificate2[] certificates)
    {
        var file = Path.Combine(_folder, $"{Guid.NewGuid():N}.p12");
        File.WriteAllBytes(file, new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs12, "secret")!);
        return file;
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
