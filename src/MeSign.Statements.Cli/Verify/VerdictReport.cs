using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace MeSign.Statements.Cli.Verify;

/// <summary>Verdicts for a person, one block a file, or for a program, one line of JSON a file.</summary>
internal sealed class VerdictReport(TextWriter output, bool json, bool revocationChecked)
{
    // The default encoder writes everything outside ASCII, and so every terminal escape, as \uXXXX.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly IAnsiConsole _console = CommandConsole.On(output);
    private int _valid;
    private int _invalid;

    public void Write(FileVerdict verdict)
    {
        _ = verdict.Valid ? _valid++ : _invalid++;
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(verdict, Json));
            return;
        }

        _console.Write(verdict.Valid ? new Text("VALID  ", new Style(Color.Green)) : new Text("INVALID", new Style(Color.Red)));
        output.WriteLine($"  {PlainText.Of(verdict.File)}");
        foreach (var (name, value) in VerdictLines.Of(verdict))
            output.WriteLine($"  {name,-13} {PlainText.Of(value)}");
        output.WriteLine();
    }

    /// <returns>The exit code.</returns>
    public int End()
    {
        if (!json)
        {
            if (!revocationChecked)
                output.WriteLine("Revocation was checked only by lists inside the files: give the authorities' lists with --crl.");
            output.WriteLine($"{_valid} valid, {_invalid} invalid.");
        }

        return _invalid == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
