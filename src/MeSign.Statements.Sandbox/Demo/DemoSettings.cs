using System.Text.Json;
using System.Text.Json.Serialization;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>Settings as the Functions tools and <c>mesign --settings</c> read them.</summary>
internal sealed record DemoSettings(
    [property: JsonPropertyName("IsEncrypted")] bool IsEncrypted,
    [property: JsonPropertyName("Values")] IReadOnlyDictionary<string, string?> Values)
{
    /// <param name="settings">Keys as <c>IConfiguration</c> has them.</param>
    public static async Task WriteAsync(IReadOnlyDictionary<string, string?> settings, string path, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["AzureWebJobsStorage"] = settings["StatementStorage"],
        };
        foreach (var (key, value) in settings)
            values[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        // The key of the storage and that of the ledger's hashes are in it.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await JsonSerializer.SerializeAsync(file, new DemoSettings(false, values), DemoJson.Options, cancellationToken);
    }
}
