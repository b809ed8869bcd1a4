using System.Security.Cryptography;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Issuers;

/// <summary>What becomes of settings.</summary>
public sealed class IssuerDirectoryTests : IssuerDirectoryBench
{
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
    public void Allows_plain_http_to_a_timestamp_server_where_the_setting_says_so()
    {
        Set("TimestampServers:0", "http://tsa.example/");
        _settings["MeSign:Timestamps:AllowHttp"] = "true";

        Open().Get("northbank").TimestampServers[0].ShouldBe(new Uri("http://tsa.example/"));
    }
}
