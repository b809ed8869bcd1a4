using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;

namespace MeSign.Statements.Sandbox.Azurite;

/// <summary>
/// What the sandbox takes from npm, exactly as the committed lock file pins it, installed once for all processes of a
/// clone in a folder named after the lock file's hash: a changed lock file never meets an old installation.
/// </summary>
internal static class NodePackages
{
    private const int OldestNode = 20;

    private static readonly TimeSpan LongestInstall = TimeSpan.FromMinutes(10);
    private static readonly string[] Files = ["package.json", "package-lock.json", "start.cjs"];

    /// <summary>The folder that holds <c>node_modules</c>; installs it first where it is not there yet.</summary>
    /// <param name="report">Told before a step that takes long.</param>
    /// <exception cref="SandboxException">Node.js or npm is missing or too old, or npm failed.</exception>
    public static async Task<string> EnsureAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var contents = Files.ToDictionary(name => name, Read, StringComparer.Ordinal);
        var parent = Path.Combine(OwnedFolder(), "node");
        var folder = Path.Combine(parent, Name(contents.Values));
        if (Directory.Exists(folder))
            return folder;

        Directory.CreateDirectory(parent);
        await using var installing = await LockAsync(folder + ".lock", cancellationToken);
        if (Directory.Exists(folder))
            return folder;

        await RequireNodeAsync(cancellationToken);
        report("Installing Azurite and the statement font with npm into " + parent + " (once, under a minute) …");
        await InstallAsync(contents, folder, cancellationToken);
        return folder;
    }

    /// <summary>Full path of a file in the installed packages.</summary>
    public static async Task<string> FileAsync(string pathInModules, Action<string> report, CancellationToken cancellationToken) =>
        Path.Combine(await EnsureAsync(report, cancellationToken), "node_modules", pathInModules);

    // Moved into place only when complete: a folder that exists under its final name is a whole installation.
    private static async Task InstallAsync(Dictionary<string, byte[]> contents, string folder, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(folder)!;
        foreach (var leftOver in Directory.EnumerateDirectories(parent, "installing-*"))
            TryDelete(leftOver);

        var work = Path.Combine(parent, "installing-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
        Directory.CreateDirectory(work);
        foreach (var (name, content) in contents)
            await File.WriteAllBytesAsync(Path.Combine(work, name), content, cancellationToken);

        var (exitCode, output) = await RunAsync(
            Npm, ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], work, LongestInstall, cancellationToken);
        if (exitCode != 0)
            throw new SandboxException($"npm ci in {work} ended with {exitCode}. What it said:{Environment.NewLine}{output}");

        Directory.Move(work, folder);
    }

    private static async Task RequireNodeAsync(CancellationToken cancellationToken)
    {
        var (exitCode, version) = await RunAsync("node", ["--version"], Path.GetTempPath(), TimeSpan.FromSeconds(30), cancellationToken);
        var major = version.Trim().TrimStart('v').Split('.')[0];
        if (exitCode != 0 || !int.TryParse(major, CultureInfo.InvariantCulture, out var number) || number < OldestNode)
            throw new SandboxException($"Azurite needs Node.js {OldestNode} or newer, and 'node --version' says \"{version.Trim()}\". {HowToInstall}");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string program, string[] arguments, string folder, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SandboxException($"{program} {string.Join(' ', arguments)} took longer than {limit.TotalMinutes:0} minutes.");
        }
    }

    /// <summary>Starts node or npm; says what to install where it is missing.</summary>
    /// <exception cref="SandboxException">The program is not there.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new SandboxException($"The program '{start.FileName}' does not start: {missing.Message}. {HowToInstall}", missing);
        }
    }

    private static string HowToInstall =>
        $"The sandbox runs Azurite, the storage emulator, on Node.js: install Node.js {OldestNode} or newer with npm "
        + "(Debian and Ubuntu: apt-get install nodejs npm; macOS: brew install node; Windows: winget install OpenJS.NodeJS.LTS).";

    private static string Npm => OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    /// <summary><c>artifacts</c> of the clone that this was built in; the user's own data folder when it runs from elsewhere.</summary>
    private static string OwnedFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MeSign.Statements.sln")))
                return Path.Combine(folder.FullName, "artifacts");
        }

        return Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "mesign-sandbox");
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another process is installing; what it leaves serves this one too.
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // An npm that outlived its parent may still write here; the next installation removes it.
        }
    }

    private static string Name(IEnumerable<byte[]> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var content in contents)
            hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..6]);
    }

    private static byte[] Read(string file)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("Azurite/" + file)
            ?? throw new InvalidOperationException($"The build left out Azurite/{file}.");
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
