using MeSign.Statements.Sandbox;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Soak;

/// <summary>One <c>mesign run</c>, whose connections to storage break now and then.</summary>
internal sealed class SoakWorker : IAsyncDisposable
{
    private SoakWorker(MesignProcess process, IReadOnlyList<StorageProxy> proxies) => (Process, Proxies, Memory) = (process, proxies, new MemoryCurve(process.Id));

    public MesignProcess Process { get; }

    public IReadOnlyList<StorageProxy> Proxies { get; }

    public MemoryCurve Memory { get; }

    /// <param name="folder">For its host.json.</param>
    public static SoakWorker Start(RunningSandbox sandbox, string folder)
    {
        var storage = sandbox.Settings["StatementStorage"]!;
        var ports = sandbox.Azurite.Ports;
        var proxies = new List<StorageProxy>();
        foreach (var port in new[] { ports.Blob, ports.Queue, ports.Table })
        {
            var proxy = new StorageProxy(port);
            proxies.Add(proxy);
            storage = storage.Replace($":{port}/", $":{proxy.Port}/", StringComparison.Ordinal);
        }

        var hostJson = Path.Combine(folder, "host.json");
        File.WriteAllText(hostJson, """
            {
              "version": "2.0",
              "extensions": { "queues": { "messageEncoding": "none", "batchSize": 16, "newBatchThreshold": 8, "maxDequeueCount": 10, "visibilityTimeout": "00:00:01", "maxPollingInterval": "00:00:00.2" } },
              "logging": { "logLevel": { "default": "Warning" } }
            }
            """);
        var process = MesignProcess.Run(
            new Dictionary<string, string?>(sandbox.Settings, StringComparer.Ordinal)
            {
                ["StatementStorage"] = storage,
                ["MeSign:Delivery:Lease"] = "00:00:30",
                ["MeSign:Delivery:ClockSkew"] = "00:00:00",
                ["MeSign:Delivery:FirstDelay"] = "00:00:01",
                ["MeSign:Relays:sandbox:Timeout"] = "00:00:20",
                ["MeSign:Relays:sandbox:BreakFor"] = "00:00:02",
                ["MeSign:Timestamps:BreakFor"] = "00:00:02",
                ["MeSign:Runner:Lease"] = "00:00:15",
                ["MeSign:Runner:SweepInterval"] = "00:00:20",
            },
            hostJson);
        return new SoakWorker(process, proxies);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        foreach (var proxy in Proxies)
            await proxy.DisposeAsync();
    }
}
