using System.Diagnostics;
using System.Globalization;

namespace MeSign.Statements.Benchmarks;

/// <summary>Signers that are programs of their own, where they are installed; their cost is what they say or what the system says of them.</summary>
internal sealed class PdfSigningPeers : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesign-peers-").FullName;
    private Process? _node;

    /// <summary>Signs with <c>@signpdf/signpdf</c> in one process of Node.js: <c>npm install</c> of it, <c>@signpdf/signer-p12</c> and <c>@signpdf/placeholder-plain</c> beside this project.</summary>
    /// <returns>From a number of documents to the processor time of one in microseconds; null where it is not installed.</returns>
    public async Task<Func<int, Task<double>>?> NodeAsync(string document, string pkcs12)
    {
        try
        {
            _node = Start("node", Path.Combine(AppContext.BaseDirectory, "node-signpdf.mjs"), document, pkcs12);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        return await AskAsync(1) is null
            ? null
            : async count => await AskAsync(count) / count ?? throw new InvalidOperationException($"node-signpdf ended: {await _node.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Signs with poppler's <c>pdfsig -add-signature</c>, a process for each document.</summary>
    /// <inheritdoc cref="NodeAsync" path="/returns"/>
    public async Task<Func<int, Task<double>>?> PdfsigAsync(string document, string pkcs12)
    {
        var signed = Path.Combine(_folder, "signed.pdf");
        var database = $"sql:{_folder}";
        if (await ShellAsync("certutil -N -d \"$1\" --empty-password && pk12util -i \"$2\" -d \"$1\" -W '' -K '' && certutil -L -d \"$1\"", database, pkcs12) is not { } list)
            return null;

        var name = list.Split('\n').Select(line => line.Split("  ")[0]).Last(line => line.Length > 0);
        // Of what the shell says at last, the second line is its children's: user and system.
        var sign = $"for i in $(seq $1); do rm -f \"$2\"; pdfsig -nssdir \"$3\" -add-signature -nick \"$4\" \"$5\" \"$2\" >/dev/null 2>&1; [ -s \"$2\" ] || exit 1; done; times";
        Task<string?> RunAsync(int count) => ShellAsync(sign, count.ToString(CultureInfo.InvariantCulture), signed, _folder, name, document);
        return await RunAsync(1) is null
            ? null
            : async count => (await RunAsync(count) ?? throw new InvalidOperationException("pdfsig failed.")).Split('\n')[1].Split(' ').Sum(Microseconds) / count;
    }

    public void Dispose()
    {
        _node?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<double?> AskAsync(int count)
    {
        try
        {
            await _node!.StandardInput.WriteLineAsync(count.ToString(CultureInfo.InvariantCulture));
            await _node.StandardInput.FlushAsync();
            return await _node.StandardOutput.ReadLineAsync() is { } line ? double.Parse(line, CultureInfo.InvariantCulture) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <returns>What it printed; null where it failed.</returns>
    private static async Task<string?> ShellAsync(string script, params string[] args)
    {
        if (OperatingSystem.IsWindows())
            return null;
        using var shell = Start("bash", ["-c", script, "bash", .. args]);
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return shell.ExitCode == 0 ? output : null;
    }

    private static Process Start(string program, params string[] args) => Process.Start(new ProcessStartInfo(program, args)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    // 0m1.234s
    private static double Microseconds(string time)
    {
        var parts = time.TrimEnd('s').Split('m');
        return ((60 * double.Parse(parts[0], CultureInfo.InvariantCulture)) + double.Parse(parts[1], CultureInfo.InvariantCulture)) * 1e6;
    }
}
