using System.Text;
using MeSign.Statements.Sealing;
using MimeKit;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What of a message is protected, and what is seen outside (RFC 9788).</summary>
public class SealedHeaderTests : MessageSealerBench
{
    [Fact]
    public async Task The_outside_shows_the_neutral_subject_and_the_inside_says_so()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer();
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(locale: "cs"), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken);

        var outer = MimeMessage.Load(new MemoryStream(result.Eml.ToArray()), TestContext.Current.CancellationToken);
        outer.Subject.ShouldBe("Confidential message");
        outer.From.ToString().ShouldContain("statements@bank.test");
        outer.Headers.Contains("Bcc").ShouldBeFalse();
        Encoding.ASCII.GetString(result.Eml.ToArray()).ShouldNotContain("=?utf-8?Q?V=C3=BDpis", Case.Insensitive);

        var inner = Inner(bench, result, recipient);
        inner.Subject.ShouldBe("Výpis z účtu za October 2026");
        inner.Body!.ContentType.Parameters["hp"].ShouldBe("cipher");
        var declared = inner.Headers.Where(header => header.Field == "HP-Outer").Select(header => header.Value).ToArray();
        declared.ShouldContain(value => value == "Subject: Confidential message");
        string[] structural = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];
        declared.Order(StringComparer.Ordinal).ShouldBe(
            outer.Headers.Where(header => !structural.Contains(header.Field, StringComparer.OrdinalIgnoreCase)).Select(header => $"{header.Field}: {header.Value}").Order(StringComparer.Ordinal));
        foreach (var field in new[] { "From", "To", "Reply-To", "Date", "Message-Id", "Auto-Submitted" })
            inner.Headers[field].ShouldBe(outer.Headers[field], field);
    }

    [Fact]
    public async Task A_declared_field_keeps_its_name_colon_and_space_on_one_line()
    {
        // RFC 9788 §2.2.1: "HP-Outer:" [FWS] field-name ": " hp-outer-value.
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer() with { FromAddress = $"statements@{new string('b', 50)}.test", FromName = "Banka s tak dlouhým jménem, že se na jeden řádek nevejde, a. s." };
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var eml = (await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken)).Eml.ToArray();

        var inside = Fields(MailForgery.Content(MailForgery.Decrypt(eml, recipient)));
        var declared = inside.Where(field => field.StartsWith("HP-Outer:", StringComparison.Ordinal)).ToArray();
        declared.ShouldAllBe(field => System.Text.RegularExpressions.Regex.IsMatch(field, @"\AHP-Outer:(\r\n)? [!-9;-~]+: ?[!-~]"), string.Join('\n', declared));
        declared.ShouldContain(field => field.StartsWith("HP-Outer:\r\n Message-ID: <", StringComparison.Ordinal));
        string[] structural = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];
        declared.Select(field => Unfolded(field)["HP-Outer: ".Length..]).ShouldBe(
            Fields(eml).Where(field => !structural.Contains(field.Split(':')[0])).Select(Unfolded));

        static string[] Fields(byte[] entity) => [.. HeaderText.Fields(Encoding.ASCII.GetString(entity).Split("\r\n\r\n")[0])];
        static string Unfolded(string field) => field.Replace("\r\n", "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_message_protects_its_fields_in_clear()
    {
        using var sealing = new SealingBench();
        var issuer = SealingBench.Issuer();
        var message = sealing.Composer.Compose(SealingBench.Job(), issuer, Pdf);

        var result = await sealing.Sealer.SealAsync(message, issuer, [], TestContext.Current.CancellationToken);

        var outer = MimeMessage.Load(new MemoryStream(result.Eml.ToArray()), TestContext.Current.CancellationToken);
        var payload = outer.Body.ShouldBeOfType<MimeKit.Cryptography.MultipartSigned>()[0];
        payload.ContentType.Parameters["hp"].ShouldBe("clear");
        payload.Headers.Contains("HP-Outer").ShouldBeFalse();
        foreach (var field in new[] { "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "Auto-Submitted" })
            payload.Headers[field].ShouldBe(outer.Headers[field], field);
    }

    [Fact]
    public async Task A_legacy_display_repeats_the_subject_in_every_text()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer() with { Sealing = new() { LegacyDisplay = true } };
        var recipient = SealingPki.Recipient("rsa2048");
        var message = sealing.Composer.Compose(SealingBench.Job("""{ "subject": "A <question>", "body": "x" }""", MeSign.Statements.Intake.JobKind.Message), issuer, null);

        var result = await sealing.Sealer.SealAsync(message, issuer, [recipient], TestContext.Current.CancellationToken);
        var signed = await sealing.Sealer.SealAsync(message, issuer, [], TestContext.Current.CancellationToken);

        var inner = Inner(bench, result, recipient);
        inner.BodyParts.OfType<TextPart>().ShouldAllBe(part => part.ContentType.Parameters["hp-legacy-display"] == "1");
        inner.TextBody!.ReplaceLineEndings("\n").ShouldStartWith("Subject: A <question>\n\n");
        inner.HtmlBody!.ShouldContain("><div class=\"header-protection-legacy-display\"><pre>Subject: A &lt;question&gt;</pre></div>");
        Encoding.ASCII.GetString(signed.Eml.ToArray()).ShouldNotContain("hp-legacy-display");
    }
}
