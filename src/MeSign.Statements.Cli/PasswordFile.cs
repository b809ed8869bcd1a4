namespace MeSign.Statements.Cli;

/// <summary>Passwords come from files: a command line is seen by everyone on the machine.</summary>
internal static class PasswordFile
{
    private const long Longest = 4096;

    /// <returns>The file's text without its line end; null where no file is named.</returns>
    /// <exception cref="CommandException">There is no such file, or it is no password.</exception>
    public static string? Read(FileInfo? file)
    {
        if (file is null)
            return null;
        if (!file.Exists)
            throw CommandException.Usage($"the password file {file.FullName} does not exist.");
        return file.Length <= Longest
            ? File.ReadAllText(file.FullName).TrimEnd('\r', '\n')
            : throw CommandException.Usage($"the password file {file.FullName} has {file.Length} bytes: a password has at most {Longest}.");
    }
}
