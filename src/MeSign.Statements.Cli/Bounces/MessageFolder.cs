namespace MeSign.Statements.Cli.Bounces;

/// <summary>The files that a path names: itself, whatever it is, or what is in a folder and the folders in it.</summary>
internal static class MessageFolder
{
    /// <summary>
    /// In order of their names. Links to files are followed and links to folders are not, so that no loop is walked; a folder that cannot be
    /// listed is told to <paramref name="unreadable"/>.
    /// </summary>
    public static IReadOnlyList<MessagePath> Find(string path, Action<string, Exception> unreadable)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? [new MessagePath(path, false)] : throw CommandException.Usage($"\"{path}\" is neither a file nor a folder.");

        var files = new List<MessagePath>();
        var folders = new Stack<string>([path]);
        while (folders.TryPop(out var folder))
        {
            try
            {
                foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
                {
                    if (!Directory.Exists(entry))
                        files.Add(new MessagePath(entry, IsEmpty(entry)));
                    else if (new DirectoryInfo(entry).LinkTarget is null)
                        folders.Push(entry);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                unreadable(folder, exception);
            }
        }

        return [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private static bool IsEmpty(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is { Exists: true, Length: 0 };
        }
        catch (IOException)
        {
            // A link that leads round in circles says so when it is opened.
            return false;
        }
    }
}

/// <param name="Path">As it was given, or below what was given.</param>
/// <param name="IsEmpty">
/// Whether it has no length: an empty file, a pipe, a socket or a device. To open a pipe would wait for somebody to write. Not asked of what is
/// named itself, such as <c>/dev/stdin</c>.
/// </param>
internal sealed record MessagePath(string Path, bool IsEmpty);
