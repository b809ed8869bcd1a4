using System.Text;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What is said of a message that is not.</summary>
public class MessageProblemTests : MessageOpenerBench
{
    [Fact]
    public async Task Names_the_recipients_of_a_message_that_it_cannot_open()
    {
        var eml = await SealAsync(SealingPki.Recipient("rsa2048"));

        var withoutKeys = SealingBench.Opener.Open(eml, []);
        var withAnother = SealingBench.Opener.Open(eml, [SealingPki.Recipient("P-256")]);

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

        var opened = SealingBench.Opener.Open(eml, [SealingPki.Recipient("rsa2048")]);

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

        var opened = SealingBench.Opener.Open(result.Eml.ToArray(), []);

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

        var opened = SealingBench.Opener.Open(result.Eml.ToArray(), [recipient]);

        opened.Fields.To.ShouldBe("other@example.test");
        opened.Problems.ShouldHaveSingleItem().ShouldStartWith("It was signed for other@example.test and opened with a certificate of client@example.test");
    }

    [Fact]
    public async Task Names_altered_content()
    {
        var text = Encoding.ASCII.GetString(await SealAsync(recipient: null));
        var eml = Encoding.ASCII.GetBytes(text.Replace("October 2026 is attached", "November 2026 is attached", StringComparison.Ordinal));

        var opened = SealingBench.Opener.Open(eml, []);

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

        var opened = SealingBench.Opener.Open(File.ReadAllBytes(bench.Path("message.eml")), [recipient]);

        opened.IsValid.ShouldBeFalse();
        opened.Problems.ShouldHaveSingleItem().ShouldStartWith("The message is encrypted but not signed: anyone can have written it");
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

        var opened = SealingBench.Opener.Open(File.ReadAllBytes(bench.Path("7")), [recipient]);

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

        SealingBench.Opener.Open(eml, [SealingPki.Recipient("rsa2048")]).Problems.ShouldNotBeEmpty();
    }
}
