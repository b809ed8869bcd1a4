using MeSign.Statements.Sandbox.Azurite;
using MeSign.Statements.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>
/// One Azurite for the whole run, started by the first test that asks. The product's containers, queues and tables have
/// fixed names, so every test class takes an account of its own.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private const int Accounts = 600;

    private readonly SemaphoreSlim _starting = new(1);
    private AzuriteProcess? _azurite;
    private int _taken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>An empty account that nobody else uses.</summary>
    internal async Task<SandboxStorage> NewAccountAsync()
    {
        var azurite = await StartedAsync();
        var number = Interlocked.Increment(ref _taken);
        if (number > Accounts)
            throw new InvalidOperationException($"All {Accounts} accounts are taken: declare more in {nameof(AzuriteFixture)}.");
        return azurite.StorageOf(Name(number));
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
        _starting.Dispose();
    }

    private async Task<AzuriteProcess> StartedAsync()
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _azurite ??= await AzuriteProcess.StartAsync(
                new AzuriteOptions { Accounts = [.. Enumerable.Range(1, Accounts).Select(Name)] },
                Console.Error.WriteLine,
                TestContext.Current.CancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    private static string Name(int number) => $"test{number:000}";
}
