using System.CommandLine;

namespace MeSign.Statements.Cli;

/// <summary>A command whose help ends with command lines to copy.</summary>
internal sealed class ExampleCommand(string name, string description, params IEnumerable<string> examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = [.. examples];
}
