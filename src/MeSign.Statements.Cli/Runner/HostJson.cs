using Microsoft.Extensions.Configuration;

namespace MeSign.Statements.Cli.Runner;

internal static class HostJson
{
    /// <param name="path">The file; <c>host.json</c> beside the program where null.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static IConfigurationRoot Load(string? path)
    {
        var file = Path.GetFullPath(path ?? Path.Combine(AppContext.BaseDirectory, "host.json"));
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file} does not exist: give the host.json to use with --host-json FILE.");

        return new ConfigurationBuilder().AddJsonFile(file, optional: false, reloadOnChange: false).Build();
    }
}
