using MeSign.Statements.Cli.Runner;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Runner;

/// <summary>What a worker makes of messages that go well and of those that do not.</summary>
public class QueueWorkerTests(AzuriteFixture azurite) : QueueWorkerBench(azurite)
{
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

    /// <summary>Takes the message and never says a word about it again, as a killed process does.</summary>
    private static async Task ReceiveAndDieAsync(WorkerRun worker) =>
        await worker.UntilAsync(async () => (await worker.Queue.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Cancelled)).Value is not null);
}
