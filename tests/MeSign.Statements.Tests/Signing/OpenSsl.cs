using System.Diagnostics;

namespace MeSign.Statements.Tests.Signing;

/// <summary>The openssl command as a judge, with files in a folder of its own.</summary>
internal sealed class OpenSsl : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("mesign-openssl-").FullName;

    /// <summary>Writes a file and returns its path.</summary>
    public string File(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    public string File(string name, string text) => File(name, System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>Runs openssl in the folder; its exit code and all that it printed.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
