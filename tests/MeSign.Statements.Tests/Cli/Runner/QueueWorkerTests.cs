using MeSign.Statements.Cli.Runner;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Runner;

public class QueueWorkerTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_each_message_once_and_deletes_it()
    {
        await using var worker = await NewAsync();
        for (var number = 0; number < 40; number++)
            await worker.Queue.SendMessageAsync($"message {number}", Cancelled);

        worker.Start((_, _) => Task.CompletedTask);
        await worker.UntilAsync(async () => await WorkerRun.CountAsync(worker.Queue) == 0);
        await worker.StopAsync();

        worker.Runs.Select(message => message.Body.ToString()).Order().ShouldBe(Enumerable.Range(0, 40).Select(number => $"message {number}").Order());
        worker.Runs.ShouldAllBe(message => message.DequeueCount == 1);
    }

    [Fact]
    public async Task Brings_a_failed_message_back_after_the_visibility_timeout()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("fails", Cancelled);
        var failed = new TaskCompletionSource();

        worker.Start(
            (_, _) =>
            {
                failed.TrySetResult();
                throw new InvalidOperationException("no");
            },
            new QueueSettings { VisibilityTimeout = TimeSpan.FromHours(1), MaxPollingInterval = TimeSpan.FromMilliseconds(200) });
        await failed.Task.WaitAsync(worker.Limit);
        await worker.StopAsync();

        // Kept, invisible for the hour and no longer for the lease.
        worker.Runs.Count.ShouldBe(1);
        (await WorkerRun.CountAsync(worker.Queue)).ShouldBe(1);
        (await worker.Queue.ReceiveMessageAsync(cancellationToken: Cancelled)).Value.ShouldBeNull();
    }

    [Fact]
    public async Task Moves_a_message_as_it_was_to_the_poison_queue_after_the_last_try()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("<not& JSON>", Cancelled);

        worker.Start(
            (_, _) => throw new InvalidOperationException("no"),
            new QueueSettings { MaxDequeueCount = 3, MaxPollingInterval = TimeSpan.FromMilliseconds(200) });
        await worker.UntilAsync(async () => await WorkerRun.CountAsync(worker.Queue) == 0);
        await worker.StopAsync();

        worker.Runs.Select(message => message.DequeueCount).ShouldBe([1, 2, 3]);
        var moved = (await worker.Poison.ReceiveMessagesAsync(32, cancellationToken: Cancelled)).Value.ShouldHaveSingleItem();
        moved.Body.ToString().ShouldBe("<not& JSON>");
        // Without an expiry: the service says so with the last instant that it can write.
        moved.ExpiresOn!.Value.Year.ShouldBe(9999);
    }

    [Fact]
    public async Task Does_not_run_a_message_that_died_too_often()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("kills", Cancelled);
        for (var death = 0; death < 2; death++)
            await ReceiveAndDieAsync(worker);

        worker.Start(
            (_, _) => Task.CompletedTask,
            new QueueSettings { MaxDequeueCount = 2, MaxPollingInterval = TimeSpan.FromMilliseconds(200) });
        await worker.UntilAsync(async () => await WorkerRun.CountAsync(worker.Queue) == 0);
        await worker.StopAsync();

        worker.Runs.ShouldBeEmpty();
        (await WorkerRun.CountAsync(worker.Poison)).ShouldBe(1);
    }

    [Fact]
    public async Task Tries_a_poison_message_until_it_succeeds()
    {
        await using var worker = await NewAsync();
        await worker.Queue.SendMessageAsync("poison", Cancelled);

        worker.Start(
            (message, _) => message.DequeueCount <= 4 ? throw new InvalidOperationException("no") : Task.CompletedTask,
            new QueueSettings { MaxDequeueCount = 2, MaxPollingInterval = TimeSpan.FromMilliseconds(200) },
            isPoison: true);
        await worker.UntilAsync(async () => await WorkerRun.CountAsync(worker.Queue) == 0);
        await worker.StopAsync();

        worker.Runs.Select(message => message.DequeueCount).ShouldBe([1, 2, 3, 4, 5]);
        (await worker.Poison.ExistsAsync(Cancelled)).Value.ShouldBeFalse();
    }

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

    [Fact]
    public async Task Goes_on_when_the_queue_is_gone_for_a_while()
    {
        await using var worker = await NewAsync();

        worker.Start((_, _) => Task.CompletedTask);
        await worker.Queue.DeleteAsync(Cancelled);
        await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled);
        await worker.Queue.CreateAsync(cancellationToken: Cancelled);
        await worker.Queue.SendMessageAsync("late", Cancelled);
        await worker.UntilAsync(() => Task.FromResult(!worker.Runs.IsEmpty));
        await worker.StopAsync();

        worker.Runs.ShouldHaveSingleItem().Body.ToString().ShouldBe("late");
    }

    [Fact]
    public async Task Runs_no_more_at_once_than_batch_and_threshold_together()
    {
        await using var worker = await NewAsync();
        for (var number = 0; number < 20; number++)
            await worker.Queue.SendMessageAsync($"message {number}", Cancelled);
        var (now, most) = (0, 0);
        var gate = new Lock();

        worker.Start(
            async (_, held) =>
            {
                lock (gate)
                    most = Math.Max(most, ++now);
                await Task.Delay(TimeSpan.FromMilliseconds(50), held);
                lock (gate)
                    now--;
            },
            new QueueSettings { BatchSize = 4, NewBatchThreshold = 2, MaxPollingInterval = TimeSpan.FromMilliseconds(200) });
        await worker.UntilAsync(async () => await WorkerRun.CountAsync(worker.Queue) == 0);
        await worker.StopAsync();

        worker.Runs.Count.ShouldBe(20);
        most.ShouldBeInRange(1, 6);
    }

    private async Task<WorkerRun> NewAsync() => await WorkerRun.CreateAsync((await azurite.NewAccountAsync()).ConnectionString);

    /// <summary>Takes the message and never says a word about it again, as a killed process does.</summary>
    private static async Task ReceiveAndDieAsync(WorkerRun worker) =>
        await worker.UntilAsync(async () => (await worker.Queue.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Cancelled)).Value is not null);

    private static async Task FailAfterRenewalAsync(CancellationToken held)
    {
        await Task.Delay(TimeSpan.FromSeconds(2.5), held);
        throw new InvalidOperationException("no");
    }
}
