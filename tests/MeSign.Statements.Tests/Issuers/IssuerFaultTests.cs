using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Issuers;

/// <summary>Settings with which nothing starts.</summary>
public sealed class IssuerFaultTests : IssuerDirectoryBench
{
    [Fact]
    public void Counts_a_return_path_as_long_as_it_is_sent()
    {
        Set("ReturnPath", $"{new string('b', 32)}{{id}}@bank.example");
        Open();

        Set("ReturnPath", $"{new string('b', 33)}{{id}}@bank.example");

        Should.Throw<OptionsValidationException>(Open).Failures.ShouldHaveSingleItem()
            .ShouldBe($"MeSign:Issuers:northbank:ReturnPath \"{new string('b', 33)}{{id}}@bank.example\" is not an address: more than 64 octets before the @, where {{id}} is 32 characters");
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
}
