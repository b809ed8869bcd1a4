using System.Collections.Concurrent;
using Azure.Storage.Queues;
using MeSign.Statements.Cli.Runner;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeSign.Statements.Tests.Cli.Runner;

/// <summary>A worker on a queue of its own; <see cref="Runs"/> holds what it ran.</summary>
internal sealed class WorkerRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private Task _worker = Task.CompletedTask;

    private WorkerRun(QueueClient queue, QueueClient poison)
    {
        Queue = queue;
        Poison = poison;
        _limit.CancelAfter(TimeSpan.FromMinutes(1));
    }

    /// <summary>Ends every wait that would otherwise be in vain.</summary>
    public CancellationToken Limit => _limit.Token;

    public QueueClient Queue { get; }

    public QueueClient Poison { get; }

    public ConcurrentQueue<QueuedMessage> Runs { get; } = new();

    public static async Task<WorkerRun> CreateAsync(string connectionString)
    {
        var queues = new QueueServiceClient(connectionString);
        var queue = queues.GetQueueClient("work-" + Guid.NewGuid().ToString("N"));
        await queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        return new WorkerRun(queue, queues.GetQueueClient(queue.Name + "-poison"));
    }

    public void Start(
        Func<QueuedMessage, CancellationToken, Task> run,
        QueueSettings? settings = null,
        RunnerOptions? options = null,
        bool isPoison = false)
    {
        var worker = new QueueWorker(
            Queue,
            isPoison ? null : Poison,
            (message, held) =>
            {
                Runs.Enqueue(message);
                return run(message, held);
            },
            settings ?? new QueueSettings { MaxPollingInterval = TimeSpan.FromMilliseconds(200) },
            options ?? new RunnerOptions(),
            TimeProvider.System,
            NullLogger<QueueWorker>.Instance);
        _worker = worker.RunAsync(_stop.Token);
    }

    public void AskToStop() => _stop.Cancel();

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _worker.WaitAsync(Limit);
    }

    public static async Task<int> CountAsync(QueueClient queue) =>
        (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount;

    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(50), Limit);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker;
        _stop.Dispose();
        _limit.Dispose();
    }
}
