using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Sandbox;

public sealed class TestAuthorityTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new(new Uri("http://127.0.0.1:1/"), TimeProvider.System);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-authority-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await WriteAsync();

    public ValueTask DisposeAsync()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Says_in_its_names_that_nobody_should_trust_it()
    {
        _authority.Root.Subject.ShouldContain("development only, never trust");
        _authority.Issuing.Subject.ShouldContain("development only, never trust");
    }

    // OpenSSL's smimeencrypt asks for keyEncipherment, which an EC key cannot have (RFC 5480 §3).
    [Theory]
    [InlineData("Rsa2048", "smimeencrypt")]
    [InlineData("Rsa3072", "smimeencrypt")]
    [InlineData("P256", "smimesign")]
    [InlineData("P384", "smimesign")]
    public async Task OpenSsl_accepts_a_recipient_with_revocation_lists(string key, string purpose)
    {
        using var certificate = _authority.Issue(new RecipientOrder("anna@example.test", "Anna Nová", Enum.Parse<KeyKind>(key)));

        (await VerifyAsync(certificate, "-purpose", purpose, "-verify_email", "anna@example.test")).ShouldSucceed();
    }

    [Fact]
    public async Task OpenSsl_accepts_the_organisation_and_shows_its_validation()
    {
        using var certificate = _authority.Issue(CertificateProfiles.Organization("Moravia Bank, a.s.", "statements@bank.example.test"));

        (await VerifyAsync(
            certificate, "-purpose", "smimesign", "-verify_email", "statements@bank.example.test",
            "-policy", "2.23.140.1.5.2.3", "-explicit_policy")).ShouldSucceed();
        certificate.GetRSAPublicKey()!.KeySize.ShouldBe(3072);
    }

    [Fact]
    public async Task OpenSsl_accepts_the_timestamp_server()
    {
        using var certificate = _authority.Issue(CertificateProfiles.TimestampServer());

        (await VerifyAsync(certificate, "-purpose", "timestampsign")).ShouldSucceed();
    }

    [Fact]
    public async Task OpenSsl_accepts_the_server_as_localhost()
    {
        using var certificate = _authority.Issue(CertificateProfiles.LocalServer());

        (await VerifyAsync(certificate, "-purpose", "sslserver", "-verify_hostname", "localhost")).ShouldSucceed();
        (await VerifyAsync(certificate, "-purpose", "sslserver", "-verify_ip", "127.0.0.1")).ShouldSucceed();
    }

    [Theory]
    [InlineData("Expired", "certificate has expired")]
    [InlineData("NotYetValid", "certificate is not yet valid")]
    [InlineData("Revoked", "certificate revoked")]
    [InlineData("WrongAddress", "email address mismatch")]
    [InlineData("NoKeyEncipherment", "unsuitable certificate purpose")]
    [InlineData("NoEmailProtection", "unsuitable certificate purpose")]
    public async Task OpenSsl_finds_each_fault(string fault, string problem)
    {
        using var certificate = _authority.Issue(new RecipientOrder("anna@example.test", "Anna", KeyKind.Rsa2048, Enum.Parse<RecipientFault>(fault)));
        await WriteAsync();

        var verdict = await VerifyAsync(certificate, "-purpose", "smimeencrypt", "-verify_email", "anna@example.test");

        verdict.ExitCode.ShouldNotBe(0);
        verdict.Output.ShouldContain(problem, Case.Insensitive);
    }

    [Fact]
    public async Task Writes_addresses_outside_ascii_as_smtputf8mailbox()
    {
        using var certificate = _authority.Issue(new RecipientOrder("jiří@example.test", "Jiří", KeyKind.P256));
        await File.WriteAllTextAsync(In("leaf.pem"), certificate.ExportCertificatePem(), Cancellation);

        var text = (await ExternalProgram.RunAsync("openssl", _folder.FullName, "x509", "-in", "leaf.pem", "-noout", "-text")).ShouldSucceed();

        text.Output.ShouldContain("othername: SmtpUTF8Mailbox");
        text.Output.ShouldContain("jiří@example.test");
    }

    [Fact]
    public void Every_certificate_names_its_keys_and_revocation_list()
    {
        using var one = _authority.Issue(new RecipientOrder("a@example.test", "A", KeyKind.P256));
        using var other = _authority.Issue(new RecipientOrder("a@example.test", "A", KeyKind.P256));

        one.Extensions.OfType<X509SubjectKeyIdentifierExtension>().ShouldHaveSingleItem();
        one.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value.ToArray()
            .ShouldBe(_authority.Issuing.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.ToArray());
        one.Extensions.ShouldContain(extension => extension.Oid!.Value!.StartsWith("2.5.29.31", StringComparison.Ordinal));
        one.GetSerialNumber().ShouldNotBe(other.GetSerialNumber());
    }

    [Fact]
    public async Task Pkcs12_opens_with_its_password_and_holds_the_whole_chain()
    {
        using var certificate = _authority.Issue(CertificateProfiles.Organization("Moravia Bank, a.s.", "statements@bank.example.test", KeyKind.Rsa2048));

        var password = await AuthorityFiles.WritePkcs12Async(_authority, certificate, In("org.p12"), Cancellation);

        var opened = (await ExternalProgram.RunAsync(
            "openssl", _folder.FullName, "pkcs12", "-in", "org.p12", "-passin", "file:" + password, "-noenc")).ShouldSucceed();
        opened.Output.Split("BEGIN CERTIFICATE").Length.ShouldBe(4);
        opened.Output.Split("BEGIN PRIVATE KEY").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("Rsa2048")]
    [InlineData("P384")]
    public async Task Recipient_files_hold_certificate_and_key(string key)
    {
        using var certificate = _authority.Issue(new RecipientOrder("anna@example.test", "Anna", Enum.Parse<KeyKind>(key)));

        await AuthorityFiles.WriteRecipientAsync(_authority, "anna@example.test", certificate, In("recipients"), Cancellation);

        using var read = X509Certificate2.CreateFromPemFile(In("recipients/anna@example.test.pem"), In("recipients/anna@example.test.key"));
        read.HasPrivateKey.ShouldBeTrue();
        read.RawData.ShouldBe(certificate.RawData);
    }

    [Fact]
    public void Many_orders_come_back_in_their_order()
    {
        var orders = Enumerable.Range(0, 20)
            .Select(number => new RecipientOrder($"r{number}@example.test", $"R{number}", KeyKind.P256))
            .ToList();

        var issued = _authority.Issue(orders);

        issued.Select(certificate => certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false)).ShouldBe(orders.Select(order => order.Address));
    }

    private Task WriteAsync() => AuthorityFiles.WriteAsync(_authority, _folder.FullName, Cancellation);

    private async Task<ExternalProgram> VerifyAsync(X509Certificate2 certificate, params string[] more)
    {
        await File.WriteAllTextAsync(In("leaf.pem"), certificate.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(In("crls.pem"), Pem(_authority.RootCrl) + Pem(_authority.IssuingCrl), Cancellation);
        return await ExternalProgram.RunAsync(
            "openssl",
            _folder.FullName,
            ["verify", "-x509_strict", "-crl_check_all", "-CRLfile", "crls.pem", "-CAfile", "root.pem", "-untrusted", "issuing.pem", .. more, "leaf.pem"]);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static string Pem(byte[] revocationList) => PemEncoding.WriteString("X509 CRL", revocationList) + "\n";
}
