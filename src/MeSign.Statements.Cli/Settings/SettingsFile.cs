using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace MeSign.Statements.Cli.Settings;

/// <summary>
/// Settings as the Functions tools keep them on a developer's machine: <c>{ "Values": { "StatementStorage": "…",
/// "MeSign__Ledger__StoreAddresses": "true" } }</c>, and over them the environment.
/// </summary>
internal static class SettingsFile
{
    private const string Default = "local.settings.json";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="file">The file; <c>local.settings.json</c> in the current folder, if there, where null.</param>
    /// <exception cref="CommandException">There is no such file, or it is not of that form.</exception>
    public static IConfigurationRoot Load(FileInfo? file)
    {
        var values = file is not null ? Read(file.FullName) : File.Exists(Default) ? Read(Path.GetFullPath(Default)) : [];
        return new ConfigurationBuilder().AddInMemoryCollection(values).AddEnvironmentVariables().Build();
    }

    private static Dictionary<string, string?> Read(string path)
    {
        if (!File.Exists(path))
            throw CommandException.Usage($"the settings file {path} does not exist.");

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            var root = document.RootElement;
            if (root.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
                throw CommandException.Usage($"{path} is encrypted: decrypt it with 'func settings decrypt'.");

            if (!root.TryGetProperty("Values", out var values) || values.ValueKind != JsonValueKind.Object)
                throw CommandException.Usage($"{path} has no object \"Values\": settings stand in it as \"MeSign__Runner__Lease\": \"00:01:00\".");

            return values.EnumerateObject().ToDictionary(value => Key(value.Name), value => Text(path, value), StringComparer.OrdinalIgnoreCase);
        }
        catch (JsonException exception)
        {
            throw CommandException.Usage($"{path} is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
        catch (ArgumentException exception)
        {
            throw CommandException.Usage($"{path} has a setting twice: {exception.Message}");
        }
    }

    private static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static string? Text(string path, JsonProperty value) => value.Value.ValueKind switch
    {
        JsonValueKind.String => value.Value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.Value.GetRawText(),
        JsonValueKind.Null => null,
        _ => throw CommandException.Usage($"{path}: \"{value.Name}\" is not a text; write one setting for each value, with __ between the parts of its name."),
    };
}
