using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Ast;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Finds an issuer's templates: <c>&lt;folder&gt;/&lt;template&gt;/&lt;locale&gt;.subject.liquid</c>, <c>.text.liquid</c>
/// and <c>.html.liquid</c>, all three for every locale that is offered. A recipient's <c>cs-CZ</c> looks for <c>cs-CZ</c>,
/// then <c>cs</c>, then the issuer's own locale the same way. Parsed templates are kept until their file changes.
/// </summary>
internal sealed partial class TemplateFolder
{
    private static readonly FluidParser Parser = new(new FluidParserOptions { AllowFunctions = false });

    private readonly ConcurrentDictionary<string, ParsedTemplate> _parsed = new(StringComparer.Ordinal);

    /// <exception cref="StatementFailedException">TemplateNotFound, TemplateFailed (it does not parse).</exception>
    public TemplateSet Find(string folder, string template, string? locale, string defaultLocale)
    {
        if (!TemplateName().IsMatch(template))
        {
            throw new StatementFailedException(FailureCode.TemplateNotFound,
                "template is not a name: use letters, digits, '.', '_' and '-', beginning with a letter or digit");
        }

        var candidates = Candidates(locale).Concat(Candidates(defaultLocale)).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var candidate in candidates)
        {
            var subject = Load(folder, template, $"{candidate}.subject.liquid");
            var text = Load(folder, template, $"{candidate}.text.liquid");
            var html = Load(folder, template, $"{candidate}.html.liquid");
            if (subject is not null && text is not null && html is not null)
                return new(candidate, subject, text, html);
            if (subject is not null || text is not null || html is not null)
            {
                var missing = subject is null ? "subject" : text is null ? "text" : "html";
                throw new StatementFailedException(FailureCode.TemplateNotFound,
                    $"the issuer's template {template} has no {candidate}.{missing}.liquid: a locale needs subject, text and html");
            }
        }
        throw new StatementFailedException(FailureCode.TemplateNotFound,
            $"the issuer has no template {template}: searched {string.Join(", ", candidates.Select(c => $"{template}/{c}.text.liquid"))}");
    }

    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="StatementFailedException">TemplateFailed: it does not parse.</exception>
    public NamedTemplate? Load(string folder, string template, string name)
    {
        var file = new FileInfo(Path.Join(folder, template, name));
        if (!file.Exists)
            return null;

        var stamp = (file.LastWriteTimeUtc, file.Length);
        if (_parsed.TryGetValue(file.FullName, out var known) && known.Stamp == stamp)
            return known.Template;

        if (!Parser.TryParse(File.ReadAllText(file.FullName, Encoding.UTF8), out var compiled, out var error))
        {
            throw new StatementFailedException(FailureCode.TemplateFailed,
                $"template {template}/{name} does not parse: {error.ReplaceLineEndings(" ")}");
        }
        if (RangeFinder.IsIn(compiled))
        {
            throw new StatementFailedException(FailureCode.TemplateFailed,
                $"template {template}/{name} uses a range (1..n), which one field could make endless: loop over a list of the job instead");
        }
        var loaded = new NamedTemplate($"{template}/{name}", compiled);
        _parsed[file.FullName] = new(stamp, loaded);
        return loaded;
    }

    /// <summary>RFC 4647 §3.4 (lookup): the tag, then without its last subtag, and so on; in RFC 5646 §2.1.1 casing.</summary>
    public static IEnumerable<string> Candidates(string? locale)
    {
        if (locale is null || !LanguageTag().IsMatch(locale))
            yield break;

        var subtags = locale.Split('-');
        for (var i = 0; i < subtags.Length; i++)
        {
            subtags[i] = (i, subtags[i].Length) switch
            {
                (> 0, 2) => subtags[i].ToUpperInvariant(),
                (> 0, 4) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(subtags[i].ToLowerInvariant()),
                _ => subtags[i].ToLowerInvariant(),
            };
        }
        for (var length = subtags.Length; length > 0; length--)
            yield return string.Join('-', subtags, 0, length);
    }

    // A name, never a way through the file system.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    public static partial Regex TemplateName();

    [GeneratedRegex(@"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LanguageTag();

    /// <summary>Fluid makes a range a list before the first of its steps is counted: <c>(1..fields.n)</c> is memory at the job's choice.</summary>
    private sealed class RangeFinder : AstVisitor
    {
        private bool _found;

        public static bool IsIn(IFluidTemplate template)
        {
            var finder = new RangeFinder();
            finder.VisitTemplate(template);
            return finder._found;
        }

        protected override Expression VisitRangeExpression(RangeExpression rangeExpression)
        {
            _found = true;
            return rangeExpression;
        }
    }

    private sealed record ParsedTemplate((DateTime Written, long Length) Stamp, NamedTemplate Template);
}

/// <param name="Locale">The locale whose files these are.</param>
internal sealed record TemplateSet(string Locale, NamedTemplate Subject, NamedTemplate Text, NamedTemplate Html);

/// <param name="Name">The file as messages name it: <c>statement/cs.text.liquid</c>.</param>
internal sealed record NamedTemplate(string Name, IFluidTemplate Template);
