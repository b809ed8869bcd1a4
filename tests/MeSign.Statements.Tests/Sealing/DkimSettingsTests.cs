using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Keys and settings.</summary>
public class DkimSettingsTests : DkimBench
{
    [Fact]
    public void Reads_keys_in_the_forms_that_they_come_in()
    {
        using var bench = new Workbench();
        bench.Run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "ed.pem");
        bench.Run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.pem");
        bench.Run("openssl", "rsa", "-in", "rsa.pem", "-traditional", "-out", "pkcs1.pem");
        bench.Run("openssl", "pkcs8", "-topk8", "-in", "ed.pem", "-out", "locked.pem", "-passout", "pass:x");
        bench.Write("rsa.p12", SealingPki.Signer().Export(X509ContentType.Pkcs12, "x"));

        DkimKey.Load(bench.Path("ed.pem"), null).Algorithm.ShouldBe("ed25519-sha256");
        DkimKey.Load(bench.Path("rsa.pem"), null).Algorithm.ShouldBe("rsa-sha256");
        DkimKey.Load(bench.Path("pkcs1.pem"), null).Algorithm.ShouldBe("rsa-sha256");
        DkimKey.Load(bench.Path("locked.pem"), "x").Algorithm.ShouldBe("ed25519-sha256");
        DkimKey.Load(bench.Path("rsa.p12"), "x").Algorithm.ShouldBe("rsa-sha256");
    }

    [Fact]
    public void Refuses_keys_that_no_receiver_believes()
    {
        using var bench = new Workbench();
        bench.Run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "short.pem");
        bench.Run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem");
        bench.Run("openssl", "pkcs8", "-topk8", "-in", "ec.pem", "-out", "locked.pem", "-passout", "pass:x");
        bench.Write("garbage.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"u8);
        bench.Write("empty.pem", "-----\n"u8);

        Fault("short.pem").ShouldContain("1024 bits: 2048 is the least");
        Fault("ec.pem").ShouldContain("neither RSA nor Ed25519");
        Fault("locked.pem").ShouldContain("another password");
        Fault("garbage.pem").ShouldContain("no private key");
        Fault("empty.pem").ShouldContain("no private key");

        string Fault(string name) => Should.Throw<InvalidDataException>(() => DkimKey.Load(bench.Path(name), null)).Message;
    }

    [Theory]
    [InlineData("mesign", null, "rsa.pem", null)]
    [InlineData("mesign.2026", "BANK.test", "rsa.pem", null)]
    [InlineData("", null, "", null)]
    [InlineData("", null, "rsa.pem", "Dkim:0:Selector is empty")]
    [InlineData("me sign", null, "rsa.pem", "Dkim:0:Selector \"me sign\"")]
    [InlineData("mesign", "other.test", "rsa.pem", "Dkim:0:Domain \"other.test\"")]
    [InlineData("mesign", "ank.test", "rsa.pem", "Dkim:0:Domain \"ank.test\"")]
    [InlineData("mesign", "test", "rsa.pem", "Dkim:0:Domain \"test\"")]
    [InlineData("mesign", null, "", "Dkim:0:KeyFile is empty")]
    [InlineData("mesign", null, "absent.pem", "Dkim:0:KeyFile")]
    public void Settings_are_checked_at_the_start(string selector, string? domain, string file, string? fault)
    {
        using var bench = new Workbench();
        using var rsa = RSA.Create(2048);
        File.WriteAllText(bench.Path("rsa.pem"), rsa.ExportPkcs8PrivateKeyPem());
        var options = new IssuerOptions
        {
            FromAddress = "statements@bank.test",
            Dkim = [new() { Selector = selector, Domain = domain, KeyFile = file.Length > 0 ? bench.Path(file) : "" }],
        };

        var faults = DkimIdentities.Faults(options).ToArray();

        if (fault is not null)
            faults.Single().ShouldStartWith(fault);
        else
            faults.ShouldBeEmpty();
        if (fault is null)
            DkimIdentities.Load(options).Select(identity => identity.Domain).ShouldBe(selector.Length > 0 ? ["bank.test"] : []);
    }
}
