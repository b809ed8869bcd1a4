using MeSign.Statements.Cli.Runner;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Runner;

/// <summary>How long a message is a worker's own, and how a worker stops.</summary>
public class QueueLeaseTests(AzuriteFixture azurite) : QueueWorkerBench(azurite)
{
    [Fact]
    public async Task Keeps_a_message_to_itself_while_it_works_longer_than_the_lease()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("long", Cancelled);
        var started = new TaskCompletionSource();
        var finish = new TaskCompletionSource();

        worker.Start(
            (_, held) =>
            {
                started.SetResult();
                return finish.Task.WaitAsync(held);
            },
            options: new RunnerOptions { Lease = TimeSpan.FromSeconds(2) });
        await started.Task.WaitAsync(worker.Limit);
        var looks = new List<object?>();
        for (var look = 0; look < 10; look++)
        {
            looks.Add((await worker.Queue.PeekMessageAsync(Cancelled)).Value);
            await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled);
        }

        finish.SetResult();
        await worker.StopAsync();

        looks.ShouldAllBe(found => found == null);
        worker.Runs.Count.ShouldBe(1);
        (await WorkerRun.CountAsync(worker.Queue)).ShouldBe(0);
    }

    [Fact]
    public async Task Renewing_a_lease_keeps_the_message_text()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("text", Cancelled);

        worker.Start(
            (message, held) => message.DequeueCount == 1 ? FailAfterRenewalAsync(held) : Task.CompletedTask,
            options: new RunnerOptions { Lease = TimeSpan.FromSeconds(2) });
        await worker.UntilAsync(async () => await WorkerRun.CountAsync(worker.Queue) == 0);
        await worker.StopAsync();

        worker.Runs.Select(message => message.Body.ToString()).ShouldBe(["text", "text"]);
    }

    [Fact]
    public async Task Cancels_the_work_when_the_message_is_taken_away()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("taken", Cancelled);
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();

        worker.Start(
            async (_, held) =>
            {
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, held).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.SetResult();
                held.ThrowIfCancellationRequested();
            },
            options: new RunnerOptions { Lease = TimeSpan.FromSeconds(2) });
        await started.Task.WaitAsync(worker.Limit);
        await worker.Queue.ClearMessagesAsync(Cancelled);

        await cancelled.Task.WaitAsync(worker.Limit);
        await worker.StopAsync();
    }

    [Fact]
    public async Task A_stop_lets_running_messages_finish_and_takes_no_more()
    {
        await using var worker = await NewAsync();
        for (var number = 0; number < 10; number++)
            await worker.Queue.SendMessageAsync($"message {number}", Cancelled);
        var finish = new TaskCompletionSource();

        worker.Start(
            (_, held) => finish.Task.WaitAsync(held),
            new QueueSettings { BatchSize = 2, NewBatchThreshold = 1, MaxPollingInterval = TimeSpan.FromMilliseconds(200) });
        await worker.UntilAsync(() => Task.FromResult(worker.Runs.Count == 2));
        worker.AskToStop();
        finish.SetResult();
        await worker.StopAsync();

        worker.Runs.Count.ShouldBe(2);
        (await WorkerRun.CountAsync(worker.Queue)).ShouldBe(8);
        (await worker.Queue.ReceiveMessagesAsync(32, cancellationToken: Cancelled)).Value.Length.ShouldBe(8);
    }

    [Fact]
    public async Task A_stop_cancels_what_does_not_finish_in_time_and_returns_it_at_once()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("stuck", Cancelled);
        var started = new TaskCompletionSource();

        worker.Start(
            (_, held) =>
            {
                started.SetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, held);
            },
            new QueueSettings { MaxDequeueCount = 1, VisibilityTimeout = TimeSpan.FromHours(1), MaxPollingInterval = TimeSpan.FromMilliseconds(200) },
            new RunnerOptions { StopWithin = TimeSpan.FromMilliseconds(100) });
        await started.Task.WaitAsync(worker.Limit);
        await worker.StopAsync();

        // Visible again, and neither counted as a failure nor moved to the poison queue.
        (await worker.Queue.ReceiveMessageAsync(cancellationToken: Cancelled)).Value.Body.ToString().ShouldBe("stuck");
        (await worker.Poison.ExistsAsync(Cancelled)).Value.ShouldBeFalse();
    }

    private static async Task FailAfterRenewalAsync(CancellationToken held)
    {
        await Task.Delay(TimeSpan.FromSeconds(2.5), held);
        throw new InvalidOperationException("no");
    }
}
