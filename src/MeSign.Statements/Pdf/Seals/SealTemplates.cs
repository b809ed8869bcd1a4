using System.Collections.Concurrent;

namespace MeSign.Statements.Pdf.Seals;

/// <summary>Every seal that was asked for, parsed once for each state of its file.</summary>
internal sealed class SealTemplates
{
    private readonly ConcurrentDictionary<string, (DateTime Written, SealTemplate Template)> _known = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The file is no one-page PDF that can be read.</exception>
    public SealTemplate Get(string path)
    {
        var written = File.GetLastWriteTimeUtc(path);
        if (_known.TryGetValue(path, out var known) && known.Written == written)
            return known.Template;

        var template = SealTemplate.Load(path);
        _known[path] = (written, template);
        return template;
    }
}
