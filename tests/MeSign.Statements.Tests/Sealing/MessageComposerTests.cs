using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What a composed message says, in which language.</summary>
public class MessageComposerTests
{
    [Fact]
    public void Fills_the_template_of_the_recipients_locale()
    {
        using var sealing = new SealingBench();

        var message = sealing.Composer.Compose(SealingBench.Job(locale: "cs-CZ"), SealingBench.Issuer(), document: null);

        message.Language.ShouldBe("cs");
        message.Subject.ShouldBe("Výpis z účtu za October 2026");
        message.Text.ShouldContain("Dobrý den, Jan Novák,");
        message.Text.ShouldContain("•••• 4321");
        message.Html.ShouldContain("<html lang=\"cs\">");
    }

    [Fact]
    public void A_language_from_right_to_left_keeps_accounts_and_names_in_their_own_direction()
    {
        using var sealing = new SealingBench();
        var job = SealingBench.Job("""{ "period": "10/2026", "account": "CZ65 <0800>", "balance": "\u202e-1.00\u2069" }""", locale: "ar-EG");

        var message = sealing.Composer.Compose(job, SealingBench.Issuer(), document: null);

        message.Language.ShouldBe("ar");
        message.Html.ShouldContain("<strong><bdi>CZ65 &lt;0800&gt;</bdi></strong>");
        message.Text.ShouldContain("\u2068CZ65 <0800>\u2069");
        message.Text.ShouldContain("\u2068-1.00\u2069");
        message.Subject.ShouldEndWith("\u206810/2026\u2069");
    }

    [Theory]
    [InlineData("de-AT")]
    [InlineData(null)]
    [InlineData("../../etc")]
    public void Falls_back_to_the_issuers_locale(string? locale)
    {
        using var sealing = new SealingBench();

        var message = sealing.Composer.Compose(SealingBench.Job(locale: locale), SealingBench.Issuer(defaultLocale: "en-GB"), document: null);

        message.Language.ShouldBe("en");
    }

    [Theory]
    [InlineData(JobKind.Statement, """{ "period": "October 2026", "account": "1234" }""")]
    [InlineData(JobKind.Notice, "{}")]
    [InlineData(JobKind.Code, """{ "code": "831 044", "purpose": "confirm a payment" }""")]
    [InlineData(JobKind.Message, """{ "subject": "Your question", "body": "One\n\nTwo" }""")]
    public void Every_shipped_template_renders_in_every_language_without_remote_content(JobKind kind, string fields)
    {
        using var sealing = new SealingBench();

        foreach (var locale in new[] { "en", "cs", "ar" })
        {
            var message = sealing.Composer.Compose(SealingBench.Job(fields, kind, locale: locale, name: null), SealingBench.Issuer(), document: null);

            message.Language.ShouldBe(locale);
            message.Html.ShouldContain(locale == "ar" ? "<html lang=\"ar\" dir=\"rtl\">" : $"<html lang=\"{locale}\">");
            message.Html.ShouldMatch("<title>[^<]+</title>");
            message.Html.ShouldContain("<main");
            message.Html.ShouldContain("<h1");
            // Without colours of its own a message has the contrast of the reader's own choice, dark or light.
            message.Html.ShouldNotMatch("[^-]color\\s*:|background");
            (message.Subject + message.Text).ShouldNotContain("<bdi>");
            message.Html.Split("src=").Length.ShouldBe(2);
            message.Html.ShouldContain($"src=\"cid:{message.Images.Single().ContentId}\" alt=");
            message.Html.ShouldNotContain("http");
            message.Html.ShouldNotContain("{{");
            message.Text.ShouldNotContain("{%");
        }
    }

    [Fact]
    public void Escapes_values_in_html_and_not_in_text()
    {
        using var sealing = new SealingBench();
        var job = SealingBench.Job("""{ "period": "<img src=x onerror=\"alert('1')\">", "account": "A & B" }""");

        var message = sealing.Composer.Compose(job, SealingBench.Issuer(), document: null);

        message.Text.ShouldContain("A & B");
        message.Html.ShouldContain("A &amp; B");
        message.Html.ShouldNotContain("<img src=x");
        message.Html.ShouldContain("&lt;img src=x onerror=&quot;alert(&#x27;1&#x27;)&quot;&gt;");
    }

    [Theory]
    [InlineData(JobKind.Statement, "Auto-Submitted")]
    [InlineData(JobKind.Notice, "Auto-Submitted")]
    [InlineData(JobKind.Code, "Auto-Submitted, Importance, X-Priority, Expires")]
    [InlineData(JobKind.Message, "")]
    public void Every_kind_has_its_fields(JobKind kind, string names)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var job = SealingBench.Job(kind: kind, template: "statement") with { Batch = "2026/10 říjen", Expires = DateTimeOffset.UnixEpoch };
        var issuer = SealingBench.Issuer(templates: Folder(bench, "text"));

        var plain = sealing.Composer.Compose(job, issuer, null).Fields;
        var counted = sealing.Composer.Compose(job, issuer with { Sealing = new() { FeedbackId = true } }, null).Fields;

        string.Join(", ", plain.Select(field => field.Name)).ShouldBe(names);
        counted.Except(plain).ShouldBe([new("Feedback-ID", $"2026-10---jen:{kind.ToString().ToLowerInvariant()}:acme")]);
    }

    [Theory]
    [InlineData("logo.png", "image/png", true)]
    [InlineData("logo.jpg", "image/jpeg", true)]
    [InlineData("logo.png", "image/png", false)]
    public void The_issuers_logo_travels_with_the_message_that_shows_it(string file, string mediaType, bool shown)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.WriteAllBytes(Path.Join(folder, file), [1, 2, 3]);
        File.WriteAllText(Path.Join(folder, "statement", "en.html.liquid"),
            shown ? "{% if logo %}<img src=\"{{ logo }}\" alt=\"{{ issuer.name }}\">{% endif %}" : "<p>no picture</p>");

        var message = sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null);

        if (!shown)
        {
            message.Images.ShouldBeEmpty();
            return;
        }
        var image = message.Images.Single();
        image.MediaType.ShouldBe(mediaType);
        image.Content.ToArray().ShouldBe([1, 2, 3]);
        message.Html.ShouldContain($"src=\"cid:{image.ContentId}\"");
    }

    [Fact]
    public void A_logo_that_would_swell_every_message_is_refused()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.WriteAllBytes(Path.Join(folder, "logo.png"), new byte[256 * 1024 + 1]);

        Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null))
            .Detail.ShouldContain("logo.png has 262145 bytes");
    }

    [Fact]
    public void The_message_id_follows_from_issuer_batch_and_job()
    {
        using var sealing = new SealingBench();
        var expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("acme\02026-10\0job-1"))[..16]);

        var message = sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(), null);

        message.MessageId.ShouldBe($"{expected}@bank.test");
    }

    [Fact]
    public void The_message_id_of_an_idn_domain_is_ascii()
    {
        using var sealing = new SealingBench();

        var message = sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer() with { FromAddress = "výpisy@banka-žluť.test" }, null);

        message.MessageId.ShouldEndWith("@xn--banka-lu-eyb1w.test");
    }

    private static string Folder(Workbench bench, string text)
    {
        var folder = Directory.CreateDirectory(bench.Path("templates/statement")).FullName;
        File.WriteAllText(Path.Join(folder, "en.subject.liquid"), "Subject\n");
        File.WriteAllText(Path.Join(folder, "en.text.liquid"), text);
        File.WriteAllText(Path.Join(folder, "en.html.liquid"), "<p>html</p>");
        return bench.Path("templates");
    }
}
