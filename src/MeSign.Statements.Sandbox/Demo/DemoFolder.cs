namespace MeSign.Statements.Sandbox.Demo;

/// <summary>
/// The demo's own folder. A marker file says that a demo made it, and is held while one runs: nothing is deleted in any
/// other folder, and only the kinds of files that a demo writes.
/// </summary>
internal sealed class DemoFolder : IDisposable
{
    private const string Marker = ".mesign-demo";

    private static readonly (string Folder, string[] Patterns)[] Owned =
    [
        ("mail", ["*.eml"]),
        ("recipients", ["*.pem", "*.key"]),
        ("certificates", ["*.pem"]),
        ("issuer", ["org.p12", "org.password", "seal.pdf"]),
        (System.IO.Path.Combine("documents", "original"), ["*.pdf"]),
        (System.IO.Path.Combine("documents", "signed"), ["*.pdf"]),
        ("", ["root.pem", "issuing.pem", "root.crl", "issuing.crl", "outcomes.json", "settings.json", "demo.log"]),
    ];

    private readonly FileStream _marker;

    private DemoFolder(string path, FileStream marker)
    {
        Path = path;
        _marker = marker;
        foreach (var folder in (string[])[Originals, Signed])
            Directory.CreateDirectory(folder);
    }

    public string Path { get; }

    /// <summary>What the bank uploaded: <c>&lt;job&gt;.pdf</c>.</summary>
    public string Originals => System.IO.Path.Combine(Path, "documents", "original");

    /// <summary>What arrived, taken out of the mail: <c>&lt;job&gt;.pdf</c>.</summary>
    public string Signed => System.IO.Path.Combine(Path, "documents", "signed");

    /// <summary>What became of every job, an array of <see cref="DemoOutcome"/>.</summary>
    public string Outcomes => System.IO.Path.Combine(Path, "outcomes.json");

    /// <summary>For <c>mesign --settings</c>.</summary>
    public string Settings => System.IO.Path.Combine(Path, "settings.json");

    public string Log => System.IO.Path.Combine(Path, "demo.log");

    /// <summary>Makes the folder, or takes over an earlier demo's and empties it of what that one wrote.</summary>
    /// <exception cref="SandboxException">It holds what no demo wrote, or a demo is running in it.</exception>
    public static DemoFolder Take(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        Directory.CreateDirectory(path);
        var marker = System.IO.Path.Combine(path, Marker);
        if (!File.Exists(marker) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new SandboxException($"{path} holds files that no demo made: give an empty or new folder with --out.");

        var held = Hold(path, marker);
        foreach (var (name, patterns) in Owned)
        {
            var owned = new DirectoryInfo(System.IO.Path.Combine(path, name));
            if (!owned.Exists)
                continue;
            foreach (var file in patterns.SelectMany(pattern => owned.EnumerateFiles(pattern)))
                file.Delete();
        }

        return new DemoFolder(path, held);
    }

    public void Dispose() => _marker.Dispose();

    private static FileStream Hold(string path, string marker)
    {
        try
        {
            return new FileStream(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held)
        {
            throw new SandboxException($"Another demo is running in {path}: stop it, or give another folder with --out.", held);
        }
    }
}
