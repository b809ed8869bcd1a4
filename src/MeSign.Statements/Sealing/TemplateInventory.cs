using System.Text.RegularExpressions;

namespace MeSign.Statements.Sealing;

/// <summary>Looks through an issuer's whole folder of templates, so that a start names everything that jobs would fail of.</summary>
internal sealed partial class TemplateInventory(TemplateFolder templates, TemplateLogo logos)
{
    private static readonly string[] Parts = ["subject", "text", "html"];

    /// <param name="defaultLocale">The locale that every template has to have, because every recipient may end with it.</param>
    /// <returns>Every fault, named by file; empty for a good folder.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IReadOnlyList<string> Faults(string folder, string defaultLocale)
    {
        var faults = new List<string>();
        var names = Directory.EnumerateDirectories(folder)
            .Select(path => Path.GetFileName(path))
            .Where(name => TemplateFolder.TemplateName().IsMatch(name) && Directory.EnumerateFiles(Path.Join(folder, name), "*.liquid").Any())
            .Order(StringComparer.Ordinal)
            .ToList();
        if (names.Count == 0)
            faults.Add("has no template: a template is a folder with files like en.subject.liquid, en.text.liquid and en.html.liquid");
        foreach (var name in names)
            faults.AddRange(TemplateFaults(folder, name, defaultLocale));

        Collect(() => logos.Find(folder, "check"), faults);
        return faults;
    }

    private List<string> TemplateFaults(string folder, string template, string defaultLocale)
    {
        var faults = new List<string>();
        var parts = new List<(string Locale, string Part)>();
        foreach (var file in Directory.EnumerateFiles(Path.Join(folder, template), "*.liquid").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
        {
            if (FileName().Match(file) is not { Success: true } match)
            {
                faults.Add($"{template}/{file} is none of <locale>.subject.liquid, .text.liquid and .html.liquid with a locale like cs or cs-CZ");
                continue;
            }

            parts.Add((match.Groups["locale"].Value, match.Groups["part"].Value));
            Collect(() => templates.Load(folder, template, file), faults);
            if (match.Groups["part"].Value == "html")
                faults.AddRange(HtmlOutline.Faults(File.ReadAllText(Path.Join(folder, template, file)), match.Groups["locale"].Value).Select(fault => $"{template}/{file} {fault}"));
        }

        foreach (var locale in parts.GroupBy(part => part.Locale, StringComparer.Ordinal))
        {
            faults.AddRange(Parts.Except(locale.Select(part => part.Part), StringComparer.Ordinal)
                .Select(missing => $"{template}/{locale.Key}.{missing}.liquid is missing: a locale needs subject, text and html"));
        }

        var candidates = TemplateFolder.Candidates(defaultLocale).ToList();
        if (!parts.Exists(part => candidates.Contains(part.Locale, StringComparer.Ordinal)))
            faults.Add($"{template} has no files of the issuer's DefaultLocale {defaultLocale}: recipients of every other language end there");
        return faults;
    }

    private static void Collect(Action load, List<string> faults)
    {
        try
        {
            load();
        }
        catch (StatementFailedException fault)
        {
            faults.Add(fault.Detail);
        }
    }

    [GeneratedRegex(@"^(?<locale>[a-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4})\.(?<part>subject|text|html)\.liquid\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}
