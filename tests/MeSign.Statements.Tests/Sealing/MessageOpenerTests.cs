using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Sealing;

public class MessageOpenerTests
{
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(50_000)];

    internal static MessageOpener Opener { get; } =
        new(new CmsVerifier(TrustAnchors.Of([SealingPki.Root]), TrustAnchors.None, CrlSet.None, TimeProvider.System));

    [Theory]
    [InlineData("rsa2048", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, "AES-256-CBC", "RSA PKCS#1 v1.5")]
    [InlineData("rsa2048", ContentEncryption.Aes256Gcm, RsaKeyTransport.OaepSha256, "AES-256-GCM", "RSA-OAEP")]
    [InlineData("P-384", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, "AES-256-CBC", "ECDH, SHA-256 KDF")]
    [InlineData("X25519", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, "AES-256-CBC", "X25519, SHA-256 HKDF")]
    [InlineData("ML-KEM-768", ContentEncryption.Aes256Cbc, RsaKeyTransport.Pkcs1, "AES-256-CBC", "ML-KEM-768")]
    [InlineData("ML-KEM-1024", ContentEncryption.Aes256Gcm, RsaKeyTransport.Pkcs1, "AES-256-GCM", "ML-KEM-1024")]
    public async Task Opens_what_was_sealed_and_finds_nothing_against_it(string key, ContentEncryption algorithm, RsaKeyTransport transport, string content, string keyEncryption)
    {
        var recipient = SealingPki.Recipient(key);

        var opened = Opener.Open(await SealAsync(recipient, new() { ContentEncryption = algorithm, KeyTransport = transport }), [SealingPki.Key(recipient)]);

        opened.Problems.ShouldBeEmpty();
        opened.IsValid.ShouldBeTrue();
        opened.Encryption!.Algorithm.ShouldBe(content);
        opened.Encryption.OpenedBy.ShouldBe(recipient);
        opened.Encryption.Recipients.Single().KeyEncryption.ShouldBe(keyEncryption);
        opened.Encryption.Recipients.Single().Recipient.ShouldContain("CN=Sealing Test Root");
        opened.Signature!.IsOpaque.ShouldBeTrue();
        opened.Signature.Verdict.Signer!.Certificate!.Thumbprint.ShouldBe(SealingPki.Signer().Thumbprint);
        opened.HeaderProtection.Protection.ShouldBe("cipher");
        opened.HeaderProtection.Differences.ShouldBe([new("Subject", "Your statement for October 2026", "Confidential message", MadeBySender: true)]);
        opened.Fields.Subject.ShouldBe("Your statement for October 2026");
        opened.OuterFields.Subject.ShouldBe("Confidential message");
        opened.Text!.ShouldContain("•••• 4321");
        opened.Html!.ShouldContain("•••• 4321");
        var attachment = opened.Attachments.Single();
        attachment.Name.ShouldBe("statement.pdf");
        attachment.MediaType.ShouldBe("application/pdf");
        attachment.Content.ToArray().ShouldBe(Pdf);
    }

    [Fact]
    public async Task A_field_that_stands_there_twice_is_declared_twice()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf) with { Fields = [new("X-Branch", "North"), new("X-Branch", "South")] };
        var eml = (await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken)).Eml.ToArray();
        var without = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(eml).Replace("X-Branch: North\r\n", "", StringComparison.Ordinal));

        var (opened, changed) = (Opener.Open(eml, [recipient]), Opener.Open(without, [recipient]));

        opened.Problems.ShouldBeEmpty();
        opened.HeaderProtection.Differences.Select(difference => difference.Name).ShouldBe(["Subject"]);
        changed.Problems.ShouldBe(["The field X-Branch was changed on the way."]);
        changed.HeaderProtection.Differences.ShouldContain(new HeaderDifference("X-Branch", "North | South", "South", MadeBySender: false));
    }

    [Fact]
    public async Task Opens_a_message_that_is_only_signed_even_after_its_line_ends_were_changed()
    {
        var eml = await SealAsync(recipient: null);
        var unix = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(eml).Replace("\r\n", "\n", StringComparison.Ordinal));

        foreach (var form in new[] { eml, unix })
        {
            var opened = Opener.Open(form, []);

            opened.Problems.ShouldBeEmpty();
            opened.IsValid.ShouldBeTrue();
            opened.Encryption.ShouldBeNull();
            opened.Signature!.IsOpaque.ShouldBeFalse();
            opened.HeaderProtection.Protection.ShouldBe("clear");
            opened.HeaderProtection.Differences.ShouldBeEmpty();
            opened.Attachments.Single().Content.ToArray().ShouldBe(Pdf);
        }
    }

    [Fact]
    public async Task Leaves_away_the_legacy_display_of_a_subject_that_it_shows_itself()
    {
        var recipient = SealingPki.Recipient("rsa2048");

        var opened = Opener.Open(await SealAsync(recipient, new() { LegacyDisplay = true, EncryptedSignature = SignatureForm.Clear }), [recipient]);
        var without = Opener.Open(await SealAsync(recipient), [recipient]);

        opened.Problems.ShouldBeEmpty();
        opened.Text.ShouldBe(without.Text);
        opened.Html.ShouldBe(without.Html);
    }

    [Fact]
    public async Task Shows_the_signature_timestamp()
    {
        await using var server = await TestTimestampServer.StartAsync();
        var issuer = SealingBench.Issuer() with { TimestampServers = [server.Address] };
        using var bench = new Workbench();
        using var sealing = new SealingBench(("MeSign:Timestamps:Roots:0", bench.WriteCertificate(TestAuthority.Shared.Root)));
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [SealingPki.Recipient("rsa2048")], TestContext.Current.CancellationToken);

        var opener = new MessageOpener(new CmsVerifier(
            TrustAnchors.Of([SealingPki.Root]), TrustAnchors.Of([TestAuthority.Shared.Root]), CrlSet.None, TimeProvider.System));
        var opened = opener.Open(result.Eml.ToArray(), [SealingPki.Recipient("rsa2048")]);
        opened.Problems.ShouldBeEmpty();
        opened.Signature!.Verdict.Signer!.Timestamp!.GenTime.ShouldBe(result.Timestamp);
    }

    [Fact]
    public async Task Names_the_recipients_of_a_message_that_it_cannot_open()
    {
        var eml = await SealAsync(SealingPki.Recipient("rsa2048"));

        var withoutKeys = Opener.Open(eml, []);
        var withAnother = Opener.Open(eml, [SealingPki.Recipient("P-256")]);

        withoutKeys.Problems.ShouldBe(["The message is encrypted and no key was given."]);
        withAnother.Problems.ShouldBe(["The message is encrypted to none of the given keys."]);
        withoutKeys.IsValid.ShouldBeFalse();
        withoutKeys.Encryption!.OpenedBy.ShouldBeNull();
        withoutKeys.Encryption.Recipients.Count.ShouldBe(1);
        withoutKeys.Attachments.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("From: ", "attacker@evil.test", "From")]
    [InlineData("To: ", "other@example.test", "To")]
    [InlineData("Date: ", "Mon, 01 Jan 2024 00:00:00 +0000", "Date")]
    [InlineData("Subject: ", "Urgent: call this number", "Subject")]
    public async Task Names_a_field_that_was_changed_on_the_way(string field, string value, string name)
    {
        var eml = Replace(await SealAsync(SealingPki.Recipient("rsa2048")), field, value);

        var opened = Opener.Open(eml, [SealingPki.Recipient("rsa2048")]);

        opened.IsValid.ShouldBeFalse();
        opened.Problems.ShouldContain(problem => problem == $"The field {name} was changed on the way.");
        opened.HeaderProtection.Differences.ShouldContain(difference => difference.Name == name && !difference.MadeBySender);
    }

    [Fact]
    public async Task Names_a_sender_that_the_certificate_does_not_vouch_for()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer() with { FromAddress = "ceo@bank.test" };
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);
        var result = await sealing.Sealer.SealAsync(message, issuer, [], TestContext.Current.CancellationToken);

        var opened = Opener.Open(result.Eml.ToArray(), []);

        opened.Problems.ShouldBe(["The outer From address ceo@bank.test is not the signer's: the certificate is for statements@bank.test."]);
    }

    [Theory]
    [InlineData("a(日本語")]
    [InlineData("x, client@example.test,")]
    [InlineData("client@example.test> é, <")]
    public async Task A_name_is_never_read_as_an_address(string name)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(address: "other@example.test", name: name), issuer, Pdf);
        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken);

        var opened = Opener.Open(result.Eml.ToArray(), [recipient]);

        opened.Fields.To.ShouldBe("other@example.test");
        opened.Problems.ShouldHaveSingleItem().ShouldStartWith("It was signed for other@example.test and opened with a certificate of client@example.test");
    }

    [Fact]
    public async Task Names_altered_content()
    {
        var text = Encoding.ASCII.GetString(await SealAsync(recipient: null));
        var eml = Encoding.ASCII.GetBytes(text.Replace("October 2026 is attached", "November 2026 is attached", StringComparison.Ordinal));

        var opened = Opener.Open(eml, []);

        opened.IsValid.ShouldBeFalse();
        opened.Problems.ShouldContain(problem => problem.Contains("digest differs"));
    }

    [Fact]
    public void Names_an_encryption_without_a_signature()
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient("rsa2048");
        bench.Write("content", "Content-Type: text/plain\r\n\r\nHello\r\n"u8);
        bench.Run("openssl", "cms", "-encrypt", "-binary", "-in", "content", "-out", "message.eml", "-aes256", "-from", "statements@bank.test",
            "-to", "client@example.test", "-subject", "x", "-recip", bench.WriteCertificate(recipient));

        var opened = Opener.Open(File.ReadAllBytes(bench.Path("message.eml")), [recipient]);

        opened.IsValid.ShouldBeFalse();
        opened.Problems.ShouldHaveSingleItem().ShouldStartWith("The message is encrypted but not signed: anyone can have written it");
        opened.Text!.ShouldBe("Hello\n", StringCompareShould.IgnoreLineEndings);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Opens_what_openssl_signed_and_encrypted(bool opaque)
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient("P-256");
        bench.Write("content", "Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\nworld\r\n"u8);
        bench.Run("openssl", ["cms", "-sign", .. opaque ? new[] { "-nodetach" } : [], "-in", "content", "-out", "signed.eml",
            "-signer", bench.WriteCertificate(SealingPki.Signer()), "-inkey", bench.WriteKey(SealingPki.Signer())]);
        bench.Run("openssl", "cms", "-encrypt", "-in", "signed.eml", "-out", "message.eml", "-aes128", "-from", "statements@bank.test",
            "-to", "client@example.test", "-subject", "x", "-recip", bench.WriteCertificate(recipient));

        var opened = Opener.Open(File.ReadAllBytes(bench.Path("message.eml")), [recipient]);

        opened.Layers.Count.ShouldBe(2);
        opened.Encryption!.Algorithm.ShouldBe("AES-128-CBC");
        opened.Signature!.IsOpaque.ShouldBe(opaque);
        opened.Signature.Verdict.Signer!.SignatureMatches.ShouldBeTrue();
        opened.Signature.Verdict.Signer.DigestMatches.ShouldBeTrue();
        opened.HeaderProtection.Protection.ShouldBeNull();
        opened.Text!.ShouldBe("Hello\nworld\n", StringCompareShould.IgnoreLineEndings);
    }

    [Fact]
    public void A_plain_message_is_said_to_be_plain()
    {
        var opened = Opener.Open("From: a@b.test\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"u8.ToArray(), []);

        opened.Problems.ShouldBe(["The message is neither signed nor encrypted."]);
        opened.Text!.ShouldBe("Hello\n", StringCompareShould.IgnoreLineEndings);
    }

    [Fact]
    public async Task Too_many_layers_are_not_peeled()
    {
        using var bench = new Workbench();
        var recipient = SealingPki.Recipient("rsa2048");
        bench.Write("0", await SealAsync(recipient));
        for (var i = 0; i < 7; i++)
            bench.Run("openssl", "cms", "-encrypt", "-in", $"{i}", "-out", $"{i + 1}", "-aes256", "-recip", bench.WriteCertificate(recipient));

        var opened = Opener.Open(File.ReadAllBytes(bench.Path("7")), [recipient]);

        opened.Problems.ShouldContain(problem => problem.StartsWith("The message has more than"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MIAGCSqGSIb3DQEHA6CA")]
    [InlineData("MAA=")]
    [InlineData("AAAA")]
    public void Damaged_cms_is_a_problem_and_not_an_exception(string body)
    {
        var eml = Encoding.ASCII.GetBytes(
            $"From: a@b.test\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n");

        Opener.Open(eml, [SealingPki.Recipient("rsa2048")]).Problems.ShouldNotBeEmpty();
    }

    private static async Task<byte[]> SealAsync(X509Certificate2? recipient, IssuerSealing? form = null)
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer() with { Sealing = form ?? new() };
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);
        var result = await sealing.Sealer.SealAsync(message, issuer, recipient is null ? [] : [recipient], TestContext.Current.CancellationToken);
        return result.Eml.ToArray();
    }

    private static byte[] Replace(byte[] eml, string field, string value)
    {
        var lines = Encoding.ASCII.GetString(eml).Split("\r\n").ToList();
        var at = lines.FindIndex(line => line.StartsWith(field, StringComparison.Ordinal));
        lines[at] = field + value;
        while (lines[at + 1].StartsWith(' '))
            lines.RemoveAt(at + 1);
        return Encoding.ASCII.GetBytes(string.Join("\r\n", lines));
    }
}
