using System.Diagnostics;
using System.Text;

namespace MeSign.Statements.Sandbox.Azurite;

/// <summary>
/// One Azurite on 127.0.0.1, answering on blob, queue and table ports of its own. It ends with this process, however this
/// process ends.
/// </summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    private const string Listening = " service is successfully listening at ";

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly AzuriteOptions _options;

    private AzuriteProcess(Process process, AzuriteOptions options)
    {
        _process = process;
        _options = options;
    }

    /// <summary>The ports it listens on.</summary>
    public AzuritePorts Ports => _options.Ports;

    /// <summary>The operating system's id of the node process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The first account.</summary>
    public SandboxStorage Storage => StorageOf(_options.Accounts[0]);

    public SandboxStorage StorageOf(string account) => new(
        account,
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={_options.AccountKey};"
        + $"BlobEndpoint=http://127.0.0.1:{Ports.Blob}/{account};"
        + $"QueueEndpoint=http://127.0.0.1:{Ports.Queue}/{account};"
        + $"TableEndpoint=http://127.0.0.1:{Ports.Table}/{account};");

    /// <summary>Installs Azurite where it is missing, starts it and waits until all three services answer.</summary>
    /// <param name="report">Told before a step that takes long.</param>
    /// <exception cref="SandboxException">Node.js is missing, or Azurite did not come up.</exception>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        var folder = await NodePackages.EnsureAsync(report, cancellationToken);
        var process = NodePackages.Start(Command(options, folder));
        var said = new StringBuilder();
        try
        {
            var errors = DrainAsync(process.StandardError, said);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(LongestStart);
            var ports = await ReadPortsAsync(process.StandardOutput, said, limit.Token);
            if (ports is null)
            {
                await errors;
                throw new SandboxException($"Azurite did not start. What it said:{Environment.NewLine}{said}");
            }

            _ = DrainAsync(process.StandardOutput, said);
            return new AzuriteProcess(process, options with { Ports = ports });
        }
        catch (Exception problem) when (problem is OperationCanceledException or SandboxException)
        {
            process.Kill();
            process.Dispose();
            if (problem is SandboxException || cancellationToken.IsCancellationRequested)
                throw;
            throw new SandboxException($"Azurite did not answer within {LongestStart.TotalSeconds:0} seconds.", problem);
        }
    }

    /// <summary>Starts again with the same accounts, keys, ports and data folder, after a stop or a kill.</summary>
    public Task<AzuriteProcess> RestartAsync(CancellationToken cancellationToken) => StartAsync(_options, _ => { }, cancellationToken);

    /// <summary>Lets Azurite write what it holds and end; kills it where it does not.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;

        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(LongestStop);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It waits for idle keep-alive connections of clients; its data is written by then.
            await KillAsync();
        }
    }

    /// <summary>Ends Azurite at once, as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo Command(AzuriteOptions options, string folder)
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "start.cjs", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
                "--blobHost", "127.0.0.1", "--blobPort", $"{options.Ports.Blob}",
                "--queueHost", "127.0.0.1", "--queuePort", $"{options.Ports.Queue}",
                "--tableHost", "127.0.0.1", "--tablePort", $"{options.Ports.Table}",
            },
        };
        string[] place = options.DataFolder is null ? ["--inMemoryPersistence"] : ["--location", Path.GetFullPath(options.DataFolder)];
        foreach (var argument in place)
            start.ArgumentList.Add(argument);
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', options.Accounts.Select(name => $"{name}:{options.AccountKey}"));
        return start;
    }

    private static async Task<AzuritePorts?> ReadPortsAsync(StreamReader output, StringBuilder said, CancellationToken cancellationToken)
    {
        var ports = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await output.ReadLineAsync(cancellationToken) is { } line)
        {
            Remember(said, line);
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at > 0)
                ports[line[..at]] = new Uri(line[(at + Listening.Length)..]).Port;
            if (ports.Count == 3)
                return new AzuritePorts(ports["Azurite Blob"], ports["Azurite Queue"], ports["Azurite Table"]);
        }

        return null;
    }

    // A pipe that nobody empties would stop Azurite at 64 KiB.
    private static async Task DrainAsync(StreamReader stream, StringBuilder said)
    {
        while (await stream.ReadLineAsync(CancellationToken.None) is { } line)
            Remember(said, line);
    }

    private static void Remember(StringBuilder said, string line)
    {
        lock (said)
        {
            if (said.Length < 8_192)
                said.AppendLine(line);
        }
    }
}
