using System.Text.Json;
using System.Text.Json.Nodes;

namespace MeSign.Statements.Cli.Submit;

/// <summary>Reads a job's JSON only as far as its document is to be filled in; the job reader judges the rest.</summary>
internal static class JobFile
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="CommandException">There is no such file, or it is not a JSON object.</exception>
    public static JsonObject Read(FileInfo file)
    {
        if (!file.Exists)
            throw CommandException.Usage($"{file.FullName} does not exist.");

        return Parse(File.ReadAllText(file.FullName), file.Name);
    }

    /// <param name="place">The file, or the line of it, for the message.</param>
    public static JsonObject Parse(string text, string place)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict) as JsonObject ?? throw CommandException.Usage($"{place} is not a JSON object.");
        }
        catch (JsonException exception)
        {
            throw CommandException.Usage($"{place} is not JSON: {exception.Message}");
        }
    }

    /// <summary>A text of the job, or null where it is absent or something else.</summary>
    public static string? Text(JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
