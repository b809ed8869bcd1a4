using System.Globalization;
using System.Text;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Cli.Open;

/// <summary>The parts of a message under names that any file system takes and that lead nowhere but into one folder.</summary>
internal sealed class MessageParts
{
    // ext4 and most others allow 255 bytes; a number may be added.
    private const int MostNameBytes = 200;

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    private readonly List<(string Name, ReadOnlyMemory<byte> Content)> _parts = [];

    private MessageParts()
    {
    }

    public IReadOnlyList<string> Names => [.. _parts.Select(part => part.Name)];

    public static MessageParts Of(OpenedMessage message)
    {
        var parts = new MessageParts();
        if (message.Text is { } text)
            parts.Add("message.txt", Encoding.UTF8.GetBytes(text));
        if (message.Html is { } html)
            parts.Add("message.html", Encoding.UTF8.GetBytes(html));
        foreach (var attachment in message.Attachments)
            parts.Add(Safe(attachment.Name), attachment.Content);
        return parts;
    }

    /// <returns>The files, in the message's order.</returns>
    /// <exception cref="CommandException">One of them is there already: nothing was written.</exception>
    public IReadOnlyList<string> WriteTo(DirectoryInfo folder)
    {
        folder.Create();
        var files = _parts.Select(part => (Path: Path.Combine(folder.FullName, part.Name), part.Content)).ToList();
        if (files.Find(file => Path.Exists(file.Path)) is { Path: { } taken })
            throw CommandException.Failed($"{taken} exists: name another --to, nothing was written.");

        // What was confidential on the way stays its reader's own. CreateNew follows no link that somebody puts there meanwhile.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var (path, content) in files)
        {
            using var file = new FileStream(path, options);
            file.Write(content.Span);
        }
        return [.. files.Select(file => file.Path)];
    }

    /// <summary>The last part of what the sender wrote, without what any system reads as more than a name.</summary>
    public static string Safe(string name)
    {
        var safe = new StringBuilder();
        foreach (var rune in name.Split('/', '\\')[^1].EnumerateRunes())
            _ = Rune.GetUnicodeCategory(rune) switch
            {
                // A character that turns the direction makes "exe.pdf" of "fdp.exe".
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned => safe,
                _ when rune.IsAscii && "<>:\"|?*".Contains((char)rune.Value, StringComparison.Ordinal) => safe.Append('_'),
                _ => safe.Append(rune.ToString()),
            };

        var plain = safe.ToString().Trim(' ').TrimEnd('.', ' ');
        if (plain.StartsWith('.'))
            plain = $"_{plain.TrimStart('.')}";
        var stem = plain.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        if (Devices.Contains(stem, StringComparer.Ordinal) || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))))
            plain = $"_{plain}";
        return plain.Length == 0 ? "unnamed" : Shortened(plain);
    }

    private static string Shortened(string name)
    {
        var extension = Path.GetExtension(name) is { Length: <= 16 } dotted ? dotted : "";
        var stem = name[..^extension.Length];
        while (Encoding.UTF8.GetByteCount(stem) + Encoding.UTF8.GetByteCount(extension) > MostNameBytes)
            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        return stem + extension;
    }

    // Case does not tell two files apart everywhere.
    private void Add(string name, ReadOnlyMemory<byte> content)
    {
        var free = name;
        for (var number = 2; _parts.Exists(part => part.Name.Equals(free, StringComparison.OrdinalIgnoreCase)); number++)
            free = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}");
        _parts.Add((free, content));
    }
}
