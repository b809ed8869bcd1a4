using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Sealing;
using MimeKit;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What other programs make of a sealed message.</summary>
public class MessageSealerTests : MessageSealerBench
{
    [Theory]
    [InlineData("rsa2048", "rsa2048", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("rsa3072", "P-256", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("P-256", "P-384", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1)]
    [InlineData("rsa2048", "rsa2048", ContentEncryption.Aes256Gcm, RsaKeyTransport.OaepSha256)]
    public async Task Openssl_decrypts_and_verifies_an_encrypted_message(string signingKey, string recipientKey, ContentEncryption algorithm, RsaKeyTransport transport)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(signingKey) with { Sealing = new() { ContentEncryption = algorithm, KeyTransport = transport } };
        var recipient = SealingPki.Recipient(recipientKey);
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken);

        bench.Write("message.eml", result.Eml.ToArray());
        bench.Run("openssl", "cms", "-decrypt", "-in", "message.eml", "-out", "signed.eml",
            "-recip", bench.WriteCertificate(recipient), "-inkey", bench.WriteKey(recipient));
        var inner = bench.Run("openssl", "cms", "-verify", "-in", "signed.eml", "-CAfile", bench.WriteCertificate(SealingPki.Root), "-purpose", "smimesign");
        AttachmentOf(inner).ShouldBe(Pdf);
        result.Encrypted.ShouldBeTrue();
        result.EncryptedTo.ShouldBe([recipient.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()]);
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("P-384")]
    public async Task Openssl_verifies_a_message_that_is_only_signed(string signingKey)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(signingKey);
        var message = sealing.Composer.Compose(SealingBench.Job(locale: "cs-CZ"), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [], TestContext.Current.CancellationToken);

        bench.Write("message.eml", result.Eml.ToArray());
        var inner = bench.Run("openssl", "cms", "-verify", "-in", "message.eml", "-CAfile", bench.WriteCertificate(SealingPki.Root), "-purpose", "smimesign");
        AttachmentOf(inner).ShouldBe(Pdf);
        result.Encrypted.ShouldBeFalse();
        result.EncryptedTo.ShouldBeEmpty();
    }

    [Fact]
    public async Task Gpgsm_verifies_the_signature()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer();
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken);

        var home = Directory.CreateDirectory(bench.Path("gnupg")).FullName;
        bench.Run("chmod", "700", home);
        bench.Write("gnupg/gpgsm.conf", "disable-crl-checks\n"u8);
        bench.Write("gnupg/trustlist.txt", Encoding.ASCII.GetBytes($"{SealingPki.Root.Thumbprint} S relax\n"));
        bench.Write("message.eml", result.Eml.ToArray());
        bench.Run("openssl", "cms", "-decrypt", "-in", "message.eml", "-out", "signed.eml",
            "-recip", bench.WriteCertificate(recipient), "-inkey", bench.WriteKey(recipient));
        bench.Run("openssl", "cms", "-cmsout", "-in", "signed.eml", "-outform", "DER", "-out", "signed.der");
        try
        {
            bench.Run("gpgsm", "--homedir", home, "--batch", "--import", bench.WriteCertificate(SealingPki.Root));

            var (exitCode, _, said) = bench.TryRun("gpgsm", "--homedir", home, "--batch", "--verify", "signed.der");

            said.ShouldContain("Good signature from");
            exitCode.ShouldBe(0, said);
        }
        finally
        {
            bench.TryRun("gpgconf", "--homedir", home, "--kill", "all");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_line_is_seven_bit_and_ends_with_crlf_and_is_short(bool encrypt)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var message = sealing.Composer.Compose(
            SealingBench.Job(locale: "cs", name: "Příliš žluťoučký kůň úpěl ďábelské ódy a nikdo ho neslyšel", fileName: "Výpis z účtu číslo 2 za říjen dva tisíce dvacet šest.pdf"),
            issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(
            message, issuer, encrypt ? [SealingPki.Recipient("rsa2048")] : [], TestContext.Current.CancellationToken);

        var text = Encoding.Latin1.GetString(result.Eml.ToArray());
        text.ShouldAllBe(c => c < 128 && c != 0);
        text.Replace("\r\n", "").ShouldNotContain("\n");
        text.Replace("\r\n", "").ShouldNotContain("\r");
        text.ShouldEndWith("\r\n");
        text.Split("\r\n").ShouldAllBe(line => line.Length <= 78);
    }

    [Fact]
    public async Task A_line_that_begins_with_From_survives_mbox_relays()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var job = SealingBench.Job("""{ "subject": "Hello", "body": "From here on\nFrom there\n." }""", MeSign.Statements.Intake.JobKind.Message);

        var result = await sealing.Sealer.SealAsync(
            sealing.Composer.Compose(job, issuer, document: null), issuer, [], TestContext.Current.CancellationToken);

        Encoding.ASCII.GetString(result.Eml.ToArray()).ShouldNotContain("\nFrom ");
        MimeMessage.Load(new MemoryStream(result.Eml.ToArray()), TestContext.Current.CancellationToken)
            .TextBody!.ReplaceLineEndings("\n").ShouldContain("From here on\nFrom there\n.\n");
    }

    [Fact]
    public async Task Refuses_a_message_over_the_issuers_limit()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer() with { MaxMessageBytes = 200_000 };
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var failure = await Should.ThrowAsync<StatementFailedException>(() =>
            sealing.Sealer.SealAsync(message, issuer, [SealingPki.Recipient("rsa2048")], TestContext.Current.CancellationToken));

        failure.Code.ShouldBe(FailureCode.MessageTooLarge);
        failure.Detail.ShouldContain("200000");
    }

    [Fact]
    public async Task The_issuers_archive_can_open_every_encrypted_message()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var archive = SealingPki.Recipient("P-256", "archive@bank.test");
        var issuer = SealingBench.Issuer() with { Sealing = new() { Archive = archive } };
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var encrypted = await sealing.Sealer.SealAsync(message, issuer, [SealingPki.Recipient("rsa2048")], TestContext.Current.CancellationToken);
        var signed = await sealing.Sealer.SealAsync(message, issuer, [], TestContext.Current.CancellationToken);

        Inner(bench, encrypted, SealingPki.Recipient("rsa2048")).Subject.ShouldBe(message.Subject);
        Inner(bench, encrypted, archive).Subject.ShouldBe(message.Subject);
        encrypted.EncryptedTo.ShouldContain(archive.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
        signed.Encrypted.ShouldBeFalse();
        signed.EncryptedTo.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_signature_inside_may_stand_beside_its_content()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer() with { Sealing = new() { EncryptedSignature = SignatureForm.Clear } };
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken);

        AttachmentOf(Encoding.Latin1.GetBytes(Inner(bench, result, recipient).ToString())).ShouldBe(Pdf);
        File.ReadAllText(bench.Path("signed.eml")).ShouldStartWith("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"");
    }

    [Fact]
    public async Task A_picture_is_related_to_the_html_that_shows_it()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var picture = RandomNumberGenerator.GetBytes(5000);
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf) with { Images = [new("logo@bank.test", "image/png", "logo.png", picture)] };

        var result = await sealing.Sealer.SealAsync(message, issuer, [], TestContext.Current.CancellationToken);

        var read = MimeMessage.Load(new MemoryStream(result.Eml.ToArray()), TestContext.Current.CancellationToken);
        var alternative = read.BodyParts.OfType<MimePart>().Single(part => part.ContentId == "logo@bank.test");
        using var content = new MemoryStream();
        alternative.Content!.DecodeTo(content, TestContext.Current.CancellationToken);
        content.ToArray().ShouldBe(picture);
        read.Attachments.OfType<MimePart>().Select(part => part.FileName).ShouldBe(["statement.pdf", "smime.p7s"]);
        read.HtmlBody.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_certificate_given_twice_gets_one_key()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient, recipient], TestContext.Current.CancellationToken);

        result.EncryptedTo.Count.ShouldBe(1);
    }

    private static byte[] AttachmentOf(byte[] entity)
    {
        var message = MimeMessage.Load(new MemoryStream(entity), TestContext.Current.CancellationToken);
        using var content = new MemoryStream();
        message.Attachments.OfType<MimePart>().Single().Content!.DecodeTo(content, TestContext.Current.CancellationToken);
        return content.ToArray();
    }
}
