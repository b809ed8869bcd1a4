namespace MeSign.Statements.Tests.Delivery;

/// <summary>The tables of docs/replies.md and docs/bounces.md, which are the cases of the tests.</summary>
internal static class RepliesPage
{
    /// <summary>The rows under a heading, cells without their backticks.</summary>
    public static IReadOnlyList<string[]> Rows(string heading, string page = "replies.md")
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", page));
        return
        [
            .. lines.SkipWhile(line => line != $"## {heading}").Skip(1)
                .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
                .Where(line => line.StartsWith('|'))
                .Skip(2)
                .Select(line => line.Trim('|').Split(" | ", StringSplitOptions.TrimEntries).Select(cell => cell.Trim('`')).ToArray()),
        ];
    }
}
