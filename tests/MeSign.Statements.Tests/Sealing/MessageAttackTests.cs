using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Sealing;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Time.Testing;
using static MeSign.Statements.Tests.Sealing.MailForgery;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Forgeries with signatures and senders.</summary>
public class MessageAttackTests : MessageAttackBench
{
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
}
