using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Tests.Sealing;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Issuers;

public class ArchiveCertificateTests
{
    [Theory]
    [InlineData("rsa2048")]
    [InlineData("P-384")]
    [InlineData("X25519")]
    [InlineData("ML-KEM-1024")]
    public void Reads_pem_and_der(string key)
    {
        using var bench = new Workbench();
        var archive = SealingPki.Recipient(key);

        ArchiveCertificate.Load(bench.WriteCertificate(archive), TimeProvider.System).Thumbprint.ShouldBe(archive.Thumbprint);
        ArchiveCertificate.Load(bench.Write("archive.der", archive.RawData), TimeProvider.System).Thumbprint.ShouldBe(archive.Thumbprint);
    }

    [Theory]
    [InlineData("rsa1024", X509KeyUsageFlags.KeyEncipherment, "RSA of 2048 bits or more")]
    [InlineData("brainpool", X509KeyUsageFlags.KeyAgreement, "P-256, P-384, P-521")]
    [InlineData("rsa2048", X509KeyUsageFlags.DigitalSignature, "lacks KeyEncipherment")]
    [InlineData("P-256", X509KeyUsageFlags.DigitalSignature, "lacks KeyAgreement")]
    public void Refuses_a_certificate_that_cannot_be_encrypted_to(string key, X509KeyUsageFlags usage, string fault)
    {
        using var bench = new Workbench();
        var path = bench.WriteCertificate(SealingPki.Make(key, "CN=Archive", "archive@bank.test", usage));

        ArchiveCertificate.TryLoad(path, TimeProvider.System)!.ShouldContain(fault);
    }

    [Fact]
    public void Refuses_a_certificate_of_another_time()
    {
        using var bench = new Workbench();
        var path = bench.WriteCertificate(SealingPki.Recipient("rsa2048"));

        ArchiveCertificate.TryLoad(path, new FakeTimeProvider(new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero)))!.ShouldContain("not now");
    }

    [Fact]
    public void Refuses_what_is_not_one_certificate()
    {
        using var bench = new Workbench();
        var pem = SealingPki.Root.ExportCertificatePem();
        File.WriteAllText(bench.Path("two.pem"), $"{pem}\n{pem}\n");

        ArchiveCertificate.TryLoad(bench.Path("two.pem"), TimeProvider.System)!.ShouldContain("exactly one certificate");
        ArchiveCertificate.TryLoad(bench.Write("garbage", "hello"u8), TimeProvider.System)!.ShouldContain("not a certificate");
        ArchiveCertificate.TryLoad(bench.Path("absent.pem"), TimeProvider.System).ShouldNotBeNull();
    }
}
