using System.Text.Json;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;

namespace MeSign.Statements.Tests.Cli.Run;

/// <summary>Everything around the product, running, and its settings as a file.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-run-");

    internal RunningSandbox Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Sandbox = await RunningSandbox.StartAsync(
        new SandboxOptions { Folder = _folder.FullName, Recipients = [new RecipientOrder("anna@example.test", "Anna", KeyKind.P256)] },
        Console.Error.WriteLine,
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <returns>The path of a settings file: the sandbox's settings, with these instead or besides.</returns>
    internal string WriteSettings(params (string Name, string Value)[] others)
    {
        var settings = new Dictionary<string, string?>(Sandbox.Settings, StringComparer.Ordinal);
        foreach (var (name, value) in others)
            settings[name] = value;

        var path = PathOf(Guid.NewGuid().ToString("N") + ".json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { Values = settings }));
        return path;
    }

    internal string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
