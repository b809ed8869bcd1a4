namespace MeSign.Statements.Cli.Sign;

/// <param name="Input">An existing PDF.</param>
/// <param name="Output">Where the signed one goes.</param>
internal sealed record SignPaths(string Input, string Output)
{
    /// <summary>What is to be signed, and where to.</summary>
    /// <param name="files">IN and OUT, or with a folder <paramref name="to"/> any files and folders; folders keep their structure.</param>
    /// <exception cref="CommandException">There is nothing to sign, or two files would become one.</exception>
    public static IReadOnlyList<SignPaths> Plan(IReadOnlyList<string> files, string? to)
    {
        if (to is null)
        {
            if (files.Count != 2 || Directory.Exists(files[0]))
                throw CommandException.Usage("give IN.pdf and OUT.pdf, or --to DIR for several files and folders.");
            return [Checked(files[0], files[1])];
        }

        var work = files.SelectMany(file => Directory.Exists(file) ? Below(file, to) : [Checked(file, Path.Combine(to, Path.GetFileName(file)))]).ToList();
        if (work.Count == 0)
            throw CommandException.Usage("there is no .pdf to sign.");
        if (work.GroupBy(one => one.Output, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw CommandException.Usage($"{string.Join(" and ", same.Select(one => one.Input))} would both become {same.Key}: sign them in two goes.");
        return work;
    }

    private static IEnumerable<SignPaths> Below(string folder, string to) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase) && !IsBelow(file, to))
        .Order(StringComparer.Ordinal)
        .Select(file => Checked(file, Path.Combine(to, Path.GetRelativePath(folder, file))));

    // What an earlier run has signed is no input of the next one.
    private static bool IsBelow(string file, string folder) =>
        Path.GetFullPath(file).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase);

    // Case does not tell two files apart everywhere.
    private static SignPaths Checked(string input, string output)
    {
        if (!File.Exists(input))
            throw CommandException.Usage($"{input} does not exist.");
        if (Directory.Exists(output))
            throw CommandException.Usage($"{output} is a folder: name a file, or use --to.");
        return Path.GetFullPath(input).Equals(Path.GetFullPath(output), StringComparison.OrdinalIgnoreCase)
            ? throw CommandException.Usage($"{input} would be replaced by its own signed form: name another output.")
            : new SignPaths(input, output);
    }
}
