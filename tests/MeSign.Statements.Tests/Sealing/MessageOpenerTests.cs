using System.Text;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What is read of a message that is as it should be.</summary>
public class MessageOpenerTests : MessageOpenerBench
{
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

        var opened = SealingBench.Opener.Open(await SealAsync(recipient, new() { ContentEncryption = algorithm, KeyTransport = transport }), [SealingPki.Key(recipient)]);

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

        var (opened, changed) = (SealingBench.Opener.Open(eml, [recipient]), SealingBench.Opener.Open(without, [recipient]));

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
            var opened = SealingBench.Opener.Open(form, []);

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

        var opened = SealingBench.Opener.Open(await SealAsync(recipient, new() { LegacyDisplay = true, EncryptedSignature = SignatureForm.Clear }), [recipient]);
        var without = SealingBench.Opener.Open(await SealAsync(recipient), [recipient]);

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

        var opened = SealingBench.Opener.Open(File.ReadAllBytes(bench.Path("message.eml")), [recipient]);

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
        var opened = SealingBench.Opener.Open("From: a@b.test\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"u8.ToArray(), []);

        opened.Problems.ShouldBe(["The message is neither signed nor encrypted."]);
        opened.Text!.ShouldBe("Hello\n", StringCompareShould.IgnoreLineEndings);
    }
}
