using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing;

public class EncryptionChoiceTests
{
    private const string Aes128Cbc = "2.16.840.1.101.3.4.1.2";
    private const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    private const string Aes128Gcm = "2.16.840.1.101.3.4.1.6";
    private const string Aes256Gcm = "2.16.840.1.101.3.4.1.46";
    private const string TripleDes = "1.2.840.113549.3.7";

    [Fact]
    public void Is_cbc_where_nobody_asks() =>
        Choose(new(), "client@example.test", Capable()).ShouldBe(new(ContentEncryption.Aes256Cbc, EncryptionReason.Issuer));

    [Fact]
    public void Is_gcm_where_the_issuer_asks() =>
        Choose(new() { ContentEncryption = ContentEncryption.Aes256Gcm }, "client@example.test", Capable(Aes256Cbc))
            .ShouldBe(new(ContentEncryption.Aes256Gcm, EncryptionReason.Issuer));

    [Theory]
    [InlineData("example.test", "client@example.test", true)]
    [InlineData("example.test", "client@EXAMPLE.test", true)]
    [InlineData("example.test", "client@mail.example.test", false)]
    [InlineData("example.test", "client@badexample.test", false)]
    [InlineData("*.example.test", "client@mail.example.test", true)]
    [InlineData("*.example.test", "client@a.b.example.test", true)]
    [InlineData("*.example.test", "client@example.test", false)]
    [InlineData("*.example.test", "client@badexample.test", false)]
    [InlineData("háčky.test", "klient@xn--hky-ela4t.test", true)]
    public void Is_gcm_for_a_domain_that_the_issuer_lists(string domain, string address, bool gcm)
    {
        DomainRule.TryParse(domain, out var rule).ShouldBeTrue();

        var choice = Choose(new() { GcmDomains = [rule!] }, address, Capable());

        choice.ShouldBe(gcm ? new(ContentEncryption.Aes256Gcm, EncryptionReason.Domain) : new(ContentEncryption.Aes256Cbc, EncryptionReason.Issuer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("*example.test")]
    [InlineData("a.*.test")]
    [InlineData("client@example.test")]
    [InlineData("exa mple.test")]
    public void Refuses_what_is_not_a_domain(string text) => DomainRule.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(true, Aes256Gcm)]
    [InlineData(true, Aes128Gcm, Aes256Gcm, Aes256Cbc)]
    [InlineData(true, TripleDes, Aes256Gcm)]
    [InlineData(false, Aes256Cbc, Aes256Gcm)]
    [InlineData(false, Aes128Gcm, Aes128Cbc)]
    [InlineData(false, TripleDes)]
    [InlineData(false)]
    public void Takes_the_first_of_a_certificates_capabilities_that_it_makes(bool gcm, params string[] capabilities) =>
        Choose(new(), "client@example.test", Capable(capabilities)).ShouldBe(
            gcm ? new(ContentEncryption.Aes256Gcm, EncryptionReason.Capabilities) : new(ContentEncryption.Aes256Cbc, EncryptionReason.Issuer));

    [Fact]
    public void One_certificate_that_does_not_say_so_is_enough_for_cbc() =>
        Choose(new(), "client@example.test", Capable(Aes256Gcm), Capable()).Algorithm.ShouldBe(ContentEncryption.Aes256Cbc);

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("3003020101")]
    [InlineData("30020500")]
    public void A_list_that_cannot_be_read_says_nothing(string extension) =>
        Choose(new(), "client@example.test", Certificate(Convert.FromHexString(extension))).Algorithm.ShouldBe(ContentEncryption.Aes256Cbc);

    [Fact]
    public async Task The_message_and_its_result_say_which_it_is()
    {
        using var sealing = new SealingBench();
        DomainRule.TryParse("example.test", out var rule).ShouldBeTrue();
        var issuer = SealingBench.Issuer() with { Sealing = new() { GcmDomains = [rule!] } };
        var recipient = SealingPki.Recipient("rsa2048");

        var result = await sealing.Sealer.SealAsync(
            sealing.Composer.Compose(SealingBench.Job(), issuer, "%PDF"u8.ToArray()), issuer, [recipient], TestContext.Current.CancellationToken);

        result.Encryption.ShouldBe(new EncryptionChoice(ContentEncryption.Aes256Gcm, EncryptionReason.Domain));
        System.Text.Encoding.ASCII.GetString(result.Eml.ToArray()).ShouldContain("smime-type=authEnveloped-data");
    }

    private static EncryptionChoice Choose(IssuerSealing sealing, string address, params X509Certificate2[] certificates) =>
        EncryptionChoice.Make(sealing, address, certificates);

    private static X509Certificate2 Capable(params string[] oids)
    {
        if (oids.Length == 0)
            return SealingPki.Recipient("P-256");
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var oid in oids)
            {
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(oid);
            }
        }
        return Certificate(writer.Encode());
    }

    private static X509Certificate2 Certificate(byte[] capabilities)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("1.2.840.113549.1.9.15", capabilities, critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(80));
    }
}
