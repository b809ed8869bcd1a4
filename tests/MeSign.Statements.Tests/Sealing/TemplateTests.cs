namespace MeSign.Statements.Tests.Sealing;

/// <summary>Templates of an issuer, and what is wrong with them.</summary>
public class TemplateTests
{
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

    private static string Folder(Workbench bench, string text)
    {
        var folder = Directory.CreateDirectory(bench.Path("templates/statement")).FullName;
        File.WriteAllText(Path.Join(folder, "en.subject.liquid"), "Subject\n");
        File.WriteAllText(Path.Join(folder, "en.text.liquid"), text);
        File.WriteAllText(Path.Join(folder, "en.html.liquid"), "<p>html</p>");
        return bench.Path("templates");
    }
}
