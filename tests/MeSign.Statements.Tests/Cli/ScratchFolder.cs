using System.Text.Json;

namespace MeSign.Statements.Tests.Cli;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-cli-");

    public string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>A settings file with these values.</summary>
    public string WriteSettings(params (string Name, string Value)[] values) =>
        Write("settings.json", JsonSerializer.Serialize(new { Values = values.ToDictionary(value => value.Name, value => value.Value) }));

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
