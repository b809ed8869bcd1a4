using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Sealing;
using static MeSign.Statements.Tests.Sealing.MailForgery;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>Payloads that RFC 9788 prints, signed and encrypted by openssl and in the header sections that it prints around them.</summary>
public class HeaderProtectionTests
{
    private static readonly X509Certificate2 Alice = SealingPki.Signer("rsa2048", "alice@smime.example");
    private static readonly X509Certificate2 Bob = SealingPki.Recipient("rsa2048", "bob@smime.example");

    // Appendix C.3.1.
    private const string Baseline = """
        MIME-Version: 1.0
        Content-Transfer-Encoding: 7bit
        Subject: smime-signed-enc-hp-baseline
        Message-ID: <smime-signed-enc-hp-baseline@example>
        From: Alice <alice@smime.example>
        To: Bob <bob@smime.example>
        Date: Sat, 20 Feb 2021 10:09:02 -0500
        User-Agent: Sample MUA Version 1.0
        HP-Outer: Subject: [...]
        HP-Outer:
         Message-ID: <smime-signed-enc-hp-baseline@example>
        HP-Outer: From: Alice <alice@smime.example>
        HP-Outer: To: Bob <bob@smime.example>
        HP-Outer: Date: Sat, 20 Feb 2021 10:09:02 -0500
        HP-Outer: User-Agent: Sample MUA Version 1.0
        Content-Type: text/plain; charset="utf-8"; hp="cipher"

        This is the
        smime-signed-enc-hp-baseline
        message.

        """;

    // Appendix E.1 and E.2, by their authors' addresses.
    private const string LegacyFields = """
        Date: Fri, 21 Jan 2022 20:40:48 -0500
        From: Alice <alice@smime.example>
        To: Bob <bob@smime.example>
        Subject: Dinner plans
        Message-ID: <legacy-display@lhp.example>
        MIME-Version: 1.0
        Content-Type: {0}; charset="us-ascii"; hp-legacy-display="1";
         hp="cipher"
        HP-Outer: Date: Fri, 21 Jan 2022 20:40:48 -0500
        HP-Outer: From: Alice <alice@smime.example>
        HP-Outer: To: Bob <bob@smime.example>
        HP-Outer: Subject: [...]
        HP-Outer: Message-ID: <legacy-display@lhp.example>


        """;

    private const string LegacyText = """
        Subject: Dinner plans

        Let's meet at Rama's Roti Shop at 8pm and go to the park
        from there.

        """;

    private const string LegacyHtml = """
        <html><head><title></title></head><body>
        <div class="header-protection-legacy-display">
        <pre>Subject: Dinner plans</pre>
        </div>
        <p>
        Let's meet at Rama's Roti Shop at 8pm and go to the park
        from there.
        </p>
        </body>
        </html>

        """;

    [Fact]
    public void Reads_the_payload_of_the_standards_sample()
    {
        var opened = Open(Baseline, """
            Subject: [...]
            Message-ID: <smime-signed-enc-hp-baseline@example>
            From: Alice <alice@smime.example>
            To: Bob <bob@smime.example>
            Date: Sat, 20 Feb 2021 10:09:02 -0500
            User-Agent: Sample MUA Version 1.0

            """);

        // It was signed today.
        opened.Problems.ShouldHaveSingleItem().ShouldStartWith("The Date field says 2021-02-20");
        opened.HeaderProtection.Protection.ShouldBe("cipher");
        opened.HeaderProtection.Differences.ShouldBe([new("Subject", "smime-signed-enc-hp-baseline", "[...]", MadeBySender: true)]);
        (opened.Fields.Subject, opened.Fields.From, opened.Fields.MessageId).ShouldBe(
            ("smime-signed-enc-hp-baseline", "alice@smime.example", "smime-signed-enc-hp-baseline@example"));
    }

    [Theory]
    [InlineData("text/plain", LegacyText)]
    [InlineData("text/html", LegacyHtml)]
    public void Shows_the_standards_texts_without_their_legacy_display(string mediaType, string body)
    {
        var opened = Open(LegacyFields.Replace("{0}", mediaType, StringComparison.Ordinal) + body, """
            Date: Fri, 21 Jan 2022 20:40:48 -0500
            From: Alice <alice@smime.example>
            To: Bob <bob@smime.example>
            Subject: [...]
            Message-ID: <legacy-display@lhp.example>

            """);

        opened.Problems.ShouldHaveSingleItem().ShouldStartWith("The Date field says 2022-01-22");
        opened.Fields.Subject.ShouldBe("Dinner plans");
        var shown = opened.Text ?? opened.Html!;
        shown.ShouldNotContain("Dinner plans");
        shown.ShouldContain("Let's meet at Rama's Roti Shop");
    }

    [Theory]
    [InlineData("<body><div style='x' class='a header-protection-legacy-display'><div>Subject: <b>1</b></div>2</div><p>3</p>", "<body><p>3</p>")]
    [InlineData("<DIV CLASS=header-protection-legacy-display>1</DIV>2<div class=\"header-protection-legacy-display\">3</div><div>4</div>", "2<div>4</div>")]
    [InlineData("<div class=\"header-protection-legacy-display-not\">1</div>", "<div class=\"header-protection-legacy-display-not\">1</div>")]
    [InlineData("<p>1</p><div class=\"header-protection-legacy-display\">2", "<p>1</p><div class=\"header-protection-legacy-display\">2")]
    public void A_legacy_display_is_left_away_however_it_is_written(string html, string shown) => LegacyDisplay.OutOfHtml(html).ShouldBe(shown);

    private static OpenedMessage Open(string payload, string outside)
    {
        using var bench = new Workbench();
        bench.Write("payload", Encoding.ASCII.GetBytes(payload.ReplaceLineEndings("\r\n")));
        bench.Run("openssl", "cms", "-sign", "-binary", "-nodetach", "-in", "payload", "-out", "signed",
            "-signer", bench.WriteCertificate(Alice), "-inkey", bench.WriteKey(Alice));
        var header = Encoding.ASCII.GetBytes(outside.ReplaceLineEndings("\r\n") + "Content-Type: ");
        return SealingBench.Opener.Open(Encrypt(header, File.ReadAllBytes(bench.Path("signed")), Bob), [Bob]);
    }
}
