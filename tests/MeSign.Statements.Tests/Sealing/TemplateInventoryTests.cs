using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing;

public sealed class TemplateInventoryTests : IDisposable
{
    private readonly SealingBench _sealing = new();
    private readonly Workbench _bench = new();

    public void Dispose()
    {
        _sealing.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void The_shipped_templates_are_whole() => Faults(SealingBench.SandboxTemplates, "en").ShouldBeEmpty();

    [Fact]
    public void Names_every_fault_at_once()
    {
        Write("statement/en.subject.liquid", "{{ fields.period ");
        Write("statement/en.text.liquid", "{% if fields.a %}");
        Write("statement/en.html.liquid", "<html lang=en><title>t</title>{% for i in (1..9) %}{% endfor %}");
        Write("statement/cs.text.liquid", "text");
        Write("code/de.subject.liquid", "s");
        Write("code/de.text.liquid", "t");
        Write("code/de.html.liquid", "<html lang=de><title>h</title>");
        Write("code/de.plain.liquid", "p");
        File.WriteAllBytes(_bench.Path("templates/logo.png"), new byte[256 * 1024 + 1]);

        var faults = Faults(_bench.Path("templates"), "en-GB");

        faults.Count.ShouldBe(8, string.Join('\n', faults));
        foreach (var named in new[]
        {
            "code/de.plain.liquid is none of", "code has no files of the issuer's DefaultLocale en-GB", "statement/en.subject.liquid does not parse",
            "statement/en.text.liquid does not parse", "statement/en.html.liquid uses a range", "statement/cs.subject.liquid is missing",
            "statement/cs.html.liquid is missing", "logo.png has 262145 bytes",
        })
        {
            faults.ShouldContain(fault => fault.Contains(named, StringComparison.Ordinal), named);
        }
    }

    [Fact]
    public void An_empty_folder_is_a_fault()
    {
        Directory.CreateDirectory(_bench.Path("templates/.git"));
        Write("templates/notes/readme.txt", "no template");

        Faults(_bench.Path("templates"), "en").ShouldHaveSingleItem().ShouldStartWith("has no template");
    }

    [Theory]
    [InlineData("en", "<p>x</p>", "has no <html lang", "has no <title>")]
    [InlineData("en", "<html lang=\"de\"><title>x</title>", "says <html lang=\"de\">, and its name says en")]
    [InlineData("en-GB", "<html lang=\"en\"><title>x</title><img src=\"{{ logo }}\">", "has an <img> without alt")]
    [InlineData("ar", "<html lang=\"ar\"><title>x</title>", "has no <html dir=\"rtl\">")]
    [InlineData("az-Arab", "<html lang=\"az\" dir=\"ltr\"><title>x</title>", "has no <html dir=\"rtl\">")]
    [InlineData("ar", "<html lang=\"{{ locale }}\" dir=\"{{ direction }}\"><title>x</title><img alt=\"\" src=\"{{ logo }}\">")]
    [InlineData("uz-Latn", "<html lang=\"uz\"><title>x</title>")]
    public void Html_that_not_everyone_can_read_is_a_fault(string locale, string html, params string[] named)
    {
        Write($"statement/{locale}.subject.liquid", "s");
        Write($"statement/{locale}.text.liquid", "t");
        Write($"statement/{locale}.html.liquid", html);

        var faults = Faults(_bench.Path("templates"), locale);

        faults.Count.ShouldBe(named.Length, string.Join('\n', faults));
        foreach (var (fault, name) in faults.Zip(named))
            fault.ShouldStartWith($"statement/{locale}.html.liquid {name}");
    }

    private IReadOnlyList<string> Faults(string folder, string locale) => _sealing.Get<TemplateInventory>().Faults(folder, locale);

    private void Write(string name, string content)
    {
        var path = _bench.Path($"templates/{name}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
