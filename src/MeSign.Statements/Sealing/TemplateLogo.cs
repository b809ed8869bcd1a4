using System.Collections.Concurrent;
using System.Globalization;

namespace MeSign.Statements.Sealing;

/// <summary>
/// An issuer's picture for its messages: <c>logo.png</c>, <c>logo.jpg</c> or <c>logo.gif</c> in the folder of templates, which
/// show it with <c>&lt;img src="{{ logo }}"&gt;</c>. It travels in the message and is fetched from nowhere.
/// </summary>
internal sealed class TemplateLogo
{
    // Every message carries it.
    private const int MaxBytes = 256 * 1024;

    private static readonly (string Name, string MediaType)[] Names =
        [("logo.png", "image/png"), ("logo.jpg", "image/jpeg"), ("logo.gif", "image/gif")];

    private readonly ConcurrentDictionary<string, ReadLogo> _read = new(StringComparer.Ordinal);

    /// <param name="contentId">The image's Content-ID in this message, without angle brackets.</param>
    /// <exception cref="StatementFailedException">TemplateFailed: it is too large.</exception>
    public MailImage? Find(string folder, string contentId)
    {
        foreach (var (name, mediaType) in Names)
        {
            var file = new FileInfo(Path.Join(folder, name));
            if (file.Exists)
                return new(contentId, mediaType, name, Load(file));
        }
        return null;
    }

    private byte[] Load(FileInfo file)
    {
        var (written, length) = (file.LastWriteTimeUtc, file.Length);
        if (_read.TryGetValue(file.FullName, out var known) && known.Written == written && known.Content.Length == length)
            return known.Content;
        if (length > MaxBytes)
        {
            throw new StatementFailedException(FailureCode.TemplateFailed, string.Create(CultureInfo.InvariantCulture,
                $"the issuer's {file.Name} has {length} bytes: {MaxBytes} are allowed"));
        }

        var content = File.ReadAllBytes(file.FullName);
        _read[file.FullName] = new(written, content);
        return content;
    }

    private sealed record ReadLogo(DateTime Written, byte[] Content);
}
