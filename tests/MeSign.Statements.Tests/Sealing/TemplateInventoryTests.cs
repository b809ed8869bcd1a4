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
        Write("statement/en.html.liquid", "{% for i in (1..9) %}{% endfor %}");
        Write("statement/cs.text.liquid", "text");
        Write("code/de.subject.liquid", "s");
        Write("code/de.text.liquid", "t");
        Write("code/de.html.liquid", "h");
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

    private IReadOnlyList<string> Faults(string folder, string locale) => _sealing.Get<TemplateInventory>().Faults(folder, locale);

    private void Write(string name, string content)
    {
        var path = _bench.Path($"templates/{name}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
