using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Issuers;

public sealed class IssuerDirectoryTests : IDisposable
{
    private const string From = "statements@bank.example";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-issuers-");
    private readonly Dictionary<string, string?> _settings;

    public IssuerDirectoryTests()
    {
        _settings = new()
        {
            ["MeSign:Timestamps:Roots:0"] = File("root.pem", TestAuthority.Shared.Root.ExportCertificatePem()),
            ["MeSign:Issuers:northbank:FromAddress"] = From,
            ["MeSign:Issuers:northbank:FromName"] = "North Bank",
            ["MeSign:Issuers:northbank:SigningPkcs12"] = Pkcs12("secret"),
            ["MeSign:Issuers:northbank:SigningPasswordFile"] = File("password", "secret\n"),
            ["MeSign:Issuers:northbank:TimestampServers:0"] = "https://tsa.example/",
            ["MeSign:Issuers:northbank:TimestampServers:1"] = "http://127.0.0.1:8080/",
            ["MeSign:Issuers:northbank:Relay"] = "main",
            ["MeSign:Issuers:northbank:Templates"] = _folder.FullName,
        };
    }

    [Fact]
    public void Opens_an_issuer_with_defaults_where_settings_are_left_out()
    {
        var issuer = Open().Get("northbank");

        issuer.Id.ShouldBe("northbank");
        issuer.FromAddress.ShouldBe(From);
        issuer.FromName.ShouldBe("North Bank");
        issuer.ReplyTo.ShouldBeNull();
        issuer.ReturnPath.ShouldBe(From);
        issuer.Identity.Chain.Single().RawData.ShouldBe(TestAuthority.Shared.Issuing.RawData);
        issuer.Identity.Hash.ShouldBe(HashAlgorithmName.SHA256);
        issuer.TimestampServers.ShouldBe([new Uri("https://tsa.example/"), new Uri("http://127.0.0.1:8080/")]);
        issuer.Relay.ShouldBe("main");
        issuer.TemplateFolder.ShouldBe(_folder.FullName);
        issuer.DefaultLocale.ShouldBe("en");
        (issuer.Encryption, issuer.WeakestEncryption).ShouldBe((EncryptionPolicy.Required, EncryptionPolicy.Required));
        issuer.OuterSubject.ShouldBe("[...]");
        issuer.MaxDocumentBytes.ShouldBe(25 * 1024 * 1024);
        issuer.MaxAge.ShouldBe(TimeSpan.FromDays(14));
        issuer.Appearance.ShouldBe(new IssuerAppearance(null, null, null));
        issuer.Pdf.ShouldBe(new IssuerPdf { Level = PadesLevel.BT, Certify = 1, DocumentPassword = null });
    }

    [Fact]
    public void Opens_an_issuer_with_every_setting()
    {
        Set("ReplyTo", "help@bank.example");
        Set("ReturnPath", "bounces@bank.example");
        Set("SigningHash", "SHA384");
        Set("SigningScheme", "RsaPss");
        Set("DefaultLocale", "cs-CZ");
        Set("Encryption", "Preferred");
        Set("WeakestEncryption", "Never");
        Set("OuterSubject", "Your statement");
        Set("MaxDocumentBytes", "1000000");
        Set("MaxMessageBytes", "2000000");
        Set("MaxAge", "2.00:00:00");
        Set("Pdf:Level", "B-LTA");
        Set("Pdf:Certify", "approval");
        Set("Pdf:Repair", "true");
        Set("Pdf:DocumentPasswordFile", File("documents.password", "open sesame\r\n"));
        Set("Appearance:Reason", "Statement");
        Set("Appearance:Location", "Brno");
        Set("Appearance:ContactInfo", "bank.example");
        Set("Appearance:Seal", File("seal.pdf", "%PDF-1.7"));
        Set("Appearance:SealPage", "1");
        string[] rectangle = ["10", "20.5", "100", "40"];
        for (var i = 0; i < rectangle.Length; i++)
            Set($"Appearance:SealRectangle:{i}", rectangle[i]);

        var issuer = Open().Get("northbank");

        (issuer.ReplyTo, issuer.ReturnPath, issuer.DefaultLocale).ShouldBe(("help@bank.example", "bounces@bank.example", "cs-CZ"));
        (issuer.Identity.Hash, issuer.Identity.Key.Scheme).ShouldBe((HashAlgorithmName.SHA384, SignatureScheme.RsaPss));
        (issuer.Encryption, issuer.WeakestEncryption, issuer.OuterSubject).ShouldBe((EncryptionPolicy.Preferred, EncryptionPolicy.Never, "Your statement"));
        (issuer.MaxDocumentBytes, issuer.MaxMessageBytes, issuer.MaxAge).ShouldBe((1_000_000, 2_000_000, TimeSpan.FromDays(2)));
        (issuer.Appearance.Reason, issuer.Appearance.Location, issuer.Appearance.ContactInfo).ShouldBe(("Statement", "Brno", "bank.example"));
        issuer.Appearance.Seal.ShouldBe(new PdfSeal { Path = Path.Combine(_folder.FullName, "seal.pdf"), Page = 1, Rectangle = new PdfRectangle(10, 20.5, 100, 40) });
        issuer.Pdf.ShouldBe(new IssuerPdf { Level = PadesLevel.BLTA, Certify = null, DocumentPassword = "open sesame", Repair = true });
        issuer.ToString().ShouldNotContain("open sesame");
    }

    [Theory]
    [InlineData("southbank")]
    [InlineData("NorthBank")]
    public void Refuses_an_issuer_that_is_not_configured(string id)
    {
        var failure = Should.Throw<StatementFailedException>(() => Open().Get(id));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.UnknownIssuer, $"issuer \"{id}\" is not configured: name one that is, or add MeSign:Issuers:{id}"));
    }

    [Fact]
    public void Names_every_fault_of_every_issuer_at_once()
    {
        Set("FromAddress", "bank@");
        Set("ReplyTo", "a b@c.test");
        Set("FromName", "North\r\nBank");
        Set("SigningPkcs12", "/nowhere/signing.p12");
        Set("SigningPasswordFile", "/nowhere/password");
        Set("TimestampServers:0", "http://tsa.example/");
        Set("Templates", "/nowhere/templates");
        Set("DefaultLocale", "xx-Nowhere-Q");
        Set("WeakestEncryption", "Required");
        Set("Encryption", "Never");
        Set("Appearance:Seal", "/nowhere/seal.pdf");
        Set("Appearance:SealPage", "0");
        Set("Appearance:SealPlace", "the middle");
        Set("Pdf:Level", "B-X");
        Set("Pdf:Certify", "4");
        Set("Pdf:DocumentPasswordFile", "/nowhere/documents");
        _settings["MeSign:Issuers:South_Bank:FromName"] = "South Bank";

        var faults = Should.Throw<OptionsValidationException>(Open).Failures.ToList();

        string[] expected =
        [
            "MeSign:Issuers:northbank:FromAddress \"bank@\" is not an address: nothing after the @",
            "MeSign:Issuers:northbank:ReplyTo \"a b@c.test\" is not an address: a space cannot stand before the @",
            "MeSign:Issuers:northbank:FromName holds a line break or another control character",
            "MeSign:Issuers:northbank:SigningPkcs12 \"/nowhere/signing.p12\" does not exist",
            "MeSign:Issuers:northbank:SigningPasswordFile \"/nowhere/password\" does not exist",
            "MeSign:Issuers:northbank:TimestampServers \"http://tsa.example/\" is neither https nor http to this machine (MeSign:Timestamps:AllowHttp allows others)",
            "MeSign:Issuers:northbank:Templates \"/nowhere/templates\" is not a folder",
            "MeSign:Issuers:northbank:DefaultLocale \"xx-Nowhere-Q\" is not a BCP 47 tag of a language: write it like cs-CZ",
            "MeSign:Issuers:northbank:WeakestEncryption Required is stronger than Encryption Never, so that no job without a wish of its own would be allowed",
            "MeSign:Issuers:northbank:Appearance:SealPlace is given beside SealPage or SealRectangle: say it once",
            "MeSign:Issuers:northbank:Appearance:SealPlace \"the middle\" is no place for a seal: write it like \"last page, bottom right\" or \"page 2, 36 700 200 60\" (lower left x and y, width and height in points)",
            "MeSign:Issuers:northbank:Pdf:DocumentPasswordFile \"/nowhere/documents\" does not exist",
            "MeSign:Issuers:northbank:Appearance:SealPage 0 is no page: 1 is the first, -1 the last",
            "MeSign:Issuers:northbank:Appearance:Seal \"/nowhere/seal.pdf\" does not exist",
            "MeSign:Issuers:South_Bank: the id \"South_Bank\" is not lower-case letters, digits and hyphens, a letter or digit first, at most 64",
        ];
        foreach (var fault in expected)
            faults.ShouldContain(fault);
        faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:northbank:") && fault.Contains("Level"));
        faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:northbank:") && fault.Contains("Certify"));
        string[] required = ["FromAddress", "SigningPkcs12", "TimestampServers", "Relay", "Templates"];
        foreach (var field in required)
            faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:South_Bank:") && fault.Contains(field), field);
    }

    [Fact]
    public void Refuses_a_From_address_that_is_not_in_the_certificate()
    {
        Set("FromAddress", "other@bank.example");

        Should.Throw<OptionsValidationException>(Open).Failures
            .ShouldBe(["MeSign:Issuers:northbank:FromAddress \"other@bank.example\" is not in the signing certificate: mail programs would warn of every message"]);
    }

    [Fact]
    public void Refuses_a_password_that_does_not_open_the_key()
    {
        Set("SigningPasswordFile", File("wrong", "guess"));

        Should.Throw<OptionsValidationException>(Open).Failures.Single().ShouldContain("does not open");
    }

    [Fact]
    public void Refuses_an_expired_signing_certificate()
    {
        var time = new FakeTimeProvider(TestAuthority.End.AddYears(1));

        Should.Throw<OptionsValidationException>(() => Open(time)).Failures.Single().ShouldContain("expired");
    }

    [Fact]
    public void Refuses_a_seal_without_room()
    {
        Set("Appearance:Seal", File("seal.pdf", "%PDF-1.7"));
        for (var i = 0; i < 4; i++)
            Set($"Appearance:SealRectangle:{i}", "0");

        Should.Throw<OptionsValidationException>(Open).Failures
            .ShouldBe(["MeSign:Issuers:northbank:Appearance:SealRectangle has a width or height that is not above 0"]);
    }

    [Fact]
    public void Allows_plain_http_to_a_timestamp_server_where_the_setting_says_so()
    {
        Set("TimestampServers:0", "http://tsa.example/");
        _settings["MeSign:Timestamps:AllowHttp"] = "true";

        Open().Get("northbank").TimestampServers[0].ShouldBe(new Uri("http://tsa.example/"));
    }

    [Fact]
    public void Refuses_a_setting_that_it_does_not_know()
    {
        Set("FromAdress", From);

        Should.Throw<InvalidOperationException>(Open).ToString().ShouldContain("FromAdress");
    }

    [Fact]
    public void Refuses_to_start_without_any_issuer()
    {
        foreach (var key in _settings.Keys.Where(key => key.StartsWith("MeSign:Issuers", StringComparison.Ordinal)).ToList())
            _settings.Remove(key);

        Should.Throw<OptionsValidationException>(Open).Failures.ShouldBe(["MeSign:Issuers is empty: configure at least one issuer"]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Set(string key, string value) => _settings[$"MeSign:Issuers:northbank:{key}"] = value;

    private IssuerDirectory Open() => Open(new FakeTimeProvider(TestAuthority.Begin.AddMonths(5)));

    private IssuerDirectory Open(TimeProvider time)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build())
            .AddSingleton(time)
            .AddLogging()
            .AddSigning()
            .AddIssuers()
            .BuildServiceProvider();
        return services.GetRequiredService<IssuerDirectory>();
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private string Pkcs12(string password)
    {
        using var certificate = TestAuthority.Shared.Issue(TestKeys.Get("RSA2048"));
        var path = Path.Combine(_folder.FullName, "signing.p12");
        System.IO.File.WriteAllBytes(path, new X509Certificate2Collection { certificate, TestAuthority.Shared.Issuing, TestAuthority.Shared.Root }.Export(X509ContentType.Pkcs12, password)!);
        return path;
    }
}
