namespace MeSign.Statements.Tests.Sealing.Interop;

/// <summary>Two tests write <c>docs/interoperability.md</c>, each its own half.</summary>
internal static class InteroperabilityPage
{
    private const string Section = "\n## Thunderbird\n";

    private static string File { get; } = Path.Join(Repository.Root, "docs", "interoperability.md");

    /// <param name="page">What is above Thunderbird's section; what is there where null.</param>
    /// <param name="section">Its section without the heading; what is there where null.</param>
    public static async Task WriteAsync(string? page, string? section)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var parts = (await System.IO.File.ReadAllTextAsync(File, cancellation)).Split(Section, 2);
        page ??= parts[0];
        section ??= parts.Length > 1 ? parts[1] : null;
        await System.IO.File.WriteAllTextAsync(File, section is null ? page : page + Section + section, cancellation);
    }
}
