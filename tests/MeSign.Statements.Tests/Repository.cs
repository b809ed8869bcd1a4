namespace MeSign.Statements.Tests;

/// <summary>The checkout that these tests were built from, for tests that hold files against code.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MeSign.Statements.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"MeSign.Statements.sln is in no folder above {AppContext.BaseDirectory}");
    }
}
