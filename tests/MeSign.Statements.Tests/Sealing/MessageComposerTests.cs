using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Sealing;

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

    [Fact]
    public void A_subject_that_turns_its_direction_is_refused()
    {
        using var sealing = new SealingBench();

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job("""{ "subject": "Invoice \u202efdp.exe", "body": "x" }""", JobKind.Message), SealingBench.Issuer(), null));

        failure.Code.ShouldBe(FailureCode.UnsafeHeader);
        failure.Detail.ShouldContain("direction");
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
    [InlineData("""{ "account": "1" }""", "fields.period")]
    [InlineData("""{ "period": "x", "account": null }""", "fields.account")]
    public void A_missing_variable_is_named(string fields, string name)
    {
        using var sealing = new SealingBench();

        var failure = Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(SealingBench.Job(fields), SealingBench.Issuer(), null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldContain(name);
        failure.Detail.ShouldContain("statement/en.");
    }

    [Theory]
    [InlineData("{{ fields.rows[0].amount | upcase }}", "fields.rows[0].amount")]
    [InlineData("{% for row in fields.lines %}{{ row }}{% endfor %}", "fields.lines")]
    [InlineData("{% if fields.kind == 'x' %}{% endif %}", "fields.kind")]
    [InlineData("{{ fields.total | format_number: 'N2' }}", "fields.total")]
    [InlineData("{{ fields.total | plus: 1 }}", "fields.total")]
    [InlineData("{{ fields.when | date: '%Y' }}", "fields.when")]
    [InlineData("{{ nothing }}", "nothing")]
    [InlineData("{{ issuer.phone }}", "issuer.phone")]
    [InlineData("{{ fields.a.b.c }}", "fields.a")]
    [InlineData("{{ fields }}", "fields is an object")]
    [InlineData("{% assign x = fields.gone %}{{ x }}", "fields.gone")]
    [InlineData("{{ fields.rows | nofilter }}", "nofilter")]
    [InlineData("{% if fields.due > 5 %}a{% endif %}", "fields.due")]
    [InlineData("{% if 5 <= fields.due %}a{% endif %}", "fields.due")]
    [InlineData("{% if fields.due == blank %}a{% endif %}", "fields.due")]
    [InlineData("{% if fields.due contains 'x' %}a{% endif %}", "fields.due")]
    [InlineData("{% if 'x' contains fields.due %}a{% endif %}", "fields.due")]
    [InlineData("{% case fields.due %}{% when 1 %}a{% endcase %}", "fields.due")]
    [InlineData("{% if expires < 5 %}a{% endif %}", "expires")]
    [InlineData("{{ fields.rows.first.gone }}", "gone")]
    public void No_way_of_using_a_missing_value_passes_silently(string template, string named)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(templates: Folder(bench, template));

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job("""{ "rows": [ { "text": "x" } ] }"""), issuer, null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldContain(named);
    }

    [Fact]
    public void A_template_may_ask_for_what_is_optional()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(templates: Folder(bench, "{% if fields.gone %}a{% else %}b{% endif %}{% unless fields.gone %}c{% endunless %}{{ fields.gone | default: 'd' }}{% for r in fields.rows %}{{ r.n | format_number: 'N2' }};{% endfor %}"));

        var message = sealing.Composer.Compose(SealingBench.Job("""{ "rows": [ { "n": 1234.5 }, { "n": -0.25 } ] }"""), issuer, null);

        message.Text.ShouldBe("bcd1,234.50;-0.25;");
    }

    [Theory]
    [InlineData("{% for i in (1..100000000) %}x{% endfor %}")]
    [InlineData("{% if fields.long %}{% assign r = (1..fields.n) %}{% endif %}")]
    [InlineData("{% for i in fields.list %}{% for j in fields.list %}{% for k in fields.list %}{{ k }}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in fields.list %}{% for j in fields.list %}{{ fields.long }}{% endfor %}{% endfor %}")]
    [InlineData("{% include 'statement/en.text.liquid' %}")]
    [InlineData("{{ 1 | divided_by: 0 }}")]
    public void A_template_that_does_not_end_well_is_a_failed_job(string template)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(templates: Folder(bench, template));

        Should.Throw<StatementFailedException>(() =>
                sealing.Composer.Compose(SealingBench.Job($$"""{ "long": "{{new string('x', 1000)}}", "list": [{{string.Join(',', Enumerable.Range(0, 100))}}] }"""), issuer, null))
            .Code.ShouldBe(FailureCode.TemplateFailed);
    }

    [Theory]
    [InlineData("<img src=https://bank.test/logo.png>")]
    [InlineData("<IMG SRC='data:image/png;base64,AA=='>")]
    [InlineData("<img srcset=//bank.test/a>")]
    [InlineData("<td background=http://bank.test/a>")]
    [InlineData("<p style='background:url(https://bank.test/a)'>")]
    [InlineData("<p style='background:u\\72l(https://bank.test/a)'>")]
    [InlineData("<p style='background:&#117;rl(https://bank.test/a)'>")]
    [InlineData("<style>@import 'https://bank.test/a.css';</style>")]
    [InlineData("<style>p { background: url(https://bank.test/a) }</style>")]
    [InlineData("<link rel=stylesheet href=https://bank.test/a.css>")]
    [InlineData("<script>1</script>")]
    [InlineData("<p onclick='x()'>")]
    [InlineData("<a href='javascript:x()'>x</a>")]
    [InlineData("<meta http-equiv=refresh content='0;url=https://bank.test'>")]
    [InlineData("<form action=https://bank.test></form>")]
    public void Html_that_fetches_or_runs_something_is_refused(string html)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.WriteAllText(Path.Join(folder, "statement", "en.html.liquid"), $"<p>before</p>{html}");

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldContain("statement/en.html.liquid makes HTML with <");
    }

    [Fact]
    public void A_link_that_a_reader_may_follow_is_no_remote_content()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.WriteAllText(Path.Join(folder, "statement", "en.html.liquid"),
            "<style>p { color: red }</style><p style='color:red'>url(x) <a href='https://bank.test'>bank</a> <a href='mailto:care@bank.test'>care</a></p>");

        sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null).Html.ShouldContain("href='https://bank.test'");
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

    [Fact]
    public void A_template_that_does_not_parse_names_its_file()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(templates: Folder(bench, "{% if %}"));

        var failure = Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(SealingBench.Job(), issuer, null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldContain("statement/en.text.liquid does not parse");
    }

    [Fact]
    public void A_missing_template_names_what_was_searched()
    {
        using var sealing = new SealingBench();

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job(template: "annual", locale: "cs-CZ"), SealingBench.Issuer(), null));

        failure.Code.ShouldBe(FailureCode.TemplateNotFound);
        failure.Detail.ShouldContain("annual/cs-CZ.text.liquid, annual/cs.text.liquid, annual/en.text.liquid");
    }

    [Fact]
    public void A_locale_without_all_three_files_names_the_one_that_lacks()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.Delete(Path.Join(folder, "statement", "en.html.liquid"));

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null));

        failure.Code.ShouldBe(FailureCode.TemplateNotFound);
        failure.Detail.ShouldContain("en.html.liquid");
    }

    [Theory]
    [InlineData("../statement")]
    [InlineData("statement/../statement")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("statement\n")]
    public void A_template_name_cannot_leave_the_folder(string template)
    {
        using var sealing = new SealingBench();

        Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(SealingBench.Job(template: template), SealingBench.Issuer(), null))
            .Code.ShouldBe(FailureCode.TemplateNotFound);
    }

    [Fact]
    public void A_changed_template_is_read_again()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var issuer = SealingBench.Issuer(templates: Folder(bench, "before"));
        sealing.Composer.Compose(SealingBench.Job(), issuer, null).Text.ShouldBe("before");

        File.WriteAllText(Path.Join(issuer.TemplateFolder, "statement", "en.text.liquid"), "afterwards");

        sealing.Composer.Compose(SealingBench.Job(), issuer, null).Text.ShouldBe("afterwards");
    }

    [Theory]
    [InlineData("Novák\r\nBcc: all@example.test")]
    [InlineData("Nov\u0000ák")]
    [InlineData("Nov\u2028ák")]
    public void A_name_that_would_break_a_header_is_refused(string name)
    {
        using var sealing = new SealingBench();

        Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(SealingBench.Job(name: name), SealingBench.Issuer(), null))
            .Code.ShouldBe(FailureCode.UnsafeHeader);
    }

    [Fact]
    public void A_subject_of_two_lines_is_refused()
    {
        using var sealing = new SealingBench();
        var job = SealingBench.Job("""{ "subject": "One\r\nBcc: all@example.test", "body": "x" }""", JobKind.Message);

        Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(job, SealingBench.Issuer(), null))
            .Code.ShouldBe(FailureCode.UnsafeHeader);
    }

    [Theory]
    [InlineData("831044", "831044 is your code")]
    [InlineData("831 044", "Code: 831-044")]
    [InlineData("ab-12", "AB12 is your code")]
    public void A_code_never_gets_into_the_subject(string code, string subject)
    {
        using var sealing = new SealingBench();
        var job = SealingBench.Job($$"""{ "code": "{{code}}", "subject": "{{subject}}", "body": "x" }""", JobKind.Code, template: "message");

        var failure = Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(job, SealingBench.Issuer(), null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldNotContain(code);
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
