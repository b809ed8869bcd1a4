using System.Diagnostics;
using System.Text;

namespace MeSign.Statements.Tests.Cli.Run;

/// <summary>A <c>mesign run</c> in a process of its own; killed with the test if it still runs then.</summary>
internal sealed class RunProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private RunProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Remember(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public static RunProcess Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesign.dll"), "run", .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new RunProcess(Process.Start(start)!);
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Remember(string? line)
    {
        lock (_said)
            _said.AppendLine(line);
    }
}
