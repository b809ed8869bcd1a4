namespace MeSign.Statements.Cli.Submit;

/// <summary>Where a batch's parts are.</summary>
/// <param name="Batch">The folder's name, where it is a batch's; otherwise the manifest names it.</param>
internal sealed record BatchSource(FileInfo Manifest, DirectoryInfo? Documents, FileInfo? Mapping, string? Batch)
{
    private const string MappingName = "mapping.json";

    /// <param name="path">A folder or a manifest.</param>
    /// <param name="manifest">The manifest, where it is given by its own option.</param>
    /// <returns>Null where no batch is given.</returns>
    /// <exception cref="CommandException">The folder has no manifest, or several.</exception>
    public static BatchSource? Of(string? path, FileInfo? manifest, DirectoryInfo? documents, FileInfo? mapping)
    {
        if (path is not null && manifest is not null)
            throw CommandException.Usage("--manifest and a folder or manifest exclude each other.");
        if (path is not null && Directory.Exists(path))
            return OfFolder(new DirectoryInfo(path), documents, mapping);

        manifest ??= path is null ? null : new FileInfo(path);
        return manifest is null ? null : new BatchSource(manifest, documents, mapping ?? Beside(manifest.Directory!), null);
    }

    private static BatchSource OfFolder(DirectoryInfo folder, DirectoryInfo? documents, FileInfo? mapping)
    {
        var manifests = folder.EnumerateFiles().Where(file => file.Extension is ".jsonl" or ".csv").Take(2).ToArray();
        return manifests switch
        {
            [var one] => new BatchSource(one, documents ?? folder, mapping ?? Beside(folder), Ledger.StatementKey.IsPart(folder.Name) ? folder.Name : null),
            [] => throw CommandException.Usage($"{folder.FullName} has no manifest: put one .jsonl or .csv file into it."),
            _ => throw CommandException.Usage($"{folder.FullName} has several manifests ({string.Join(", ", manifests.Select(file => file.Name))}, …): name one."),
        };
    }

    private static FileInfo? Beside(DirectoryInfo folder) => new FileInfo(Path.Combine(folder.FullName, MappingName)) is { Exists: true } file ? file : null;
}
