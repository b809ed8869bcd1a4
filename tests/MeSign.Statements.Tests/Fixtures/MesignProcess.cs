using System.Collections.Concurrent;
using System.Diagnostics;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary><c>mesign run</c> as a process of its own, which can be killed.</summary>
internal sealed class MesignProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private MesignProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything that it printed so far.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    /// <param name="settings">As <c>IConfiguration</c> has them; the process gets them as environment variables.</param>
    public static MesignProcess Run(IEnumerable<KeyValuePair<string, string?>> settings, string hostJson)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesign.dll"), "run", "--host-json", hostJson])
        {
            WorkingDirectory = Path.GetDirectoryName(hostJson)!,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new MesignProcess(Process.Start(start)!);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.HasExited.ShouldBeFalse(string.Join('\n', Log.TakeLast(50)));
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGTERM; asserts that it ends by itself and content.</summary>
    public async Task StopAsync()
    {
        _process.HasExited.ShouldBeFalse(string.Join('\n', Log.TakeLast(50)));
        (await ExternalProgram.RunAsync("kill", AppContext.BaseDirectory, "-TERM", $"{_process.Id}")).ShouldSucceed();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.ExitCode.ShouldBe(0, string.Join('\n', Log.TakeLast(50)));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
