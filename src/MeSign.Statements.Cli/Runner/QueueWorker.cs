using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Cli.Runner;

/// <summary>
/// Takes messages from one queue and runs each, the way the queue trigger of the Functions host does: an exception brings
/// the message back after a delay, the last try moves it to the poison queue.
/// </summary>
/// <param name="poison">Null for a poison queue itself: its messages are tried until they succeed.</param>
/// <param name="run">Returns when the message is done with; throws when it is to be tried again.</param>
internal sealed partial class QueueWorker(
    QueueClient queue,
    QueueClient? poison,
    Func<QueuedMessage, CancellationToken, Task> run,
    QueueSettings settings,
    RunnerOptions options,
    TimeProvider time,
    ILogger<QueueWorker> logger)
{
    private bool _answering = true;

    /// <summary>
    /// Ends, without an exception, when <paramref name="stopping"/> is cancelled and every message taken is settled: those
    /// being worked on may finish within <see cref="RunnerOptions.StopWithin"/>, the others go back at once.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var grace = stopping.UnsafeRegister(_ => abort.CancelAfter(options.StopWithin), null);
        var delay = new PollingDelay(settings.MaxPollingInterval);
        var running = new List<Task>();

        while (!stopping.IsCancellationRequested)
        {
            var received = time.GetTimestamp();
            var messages = await ReceiveAsync(abort.Token);
            running.RemoveAll(task => task.IsCompleted);
            running.AddRange(messages.Select(message => Task.Run(() => HandleAsync(message, received, stopping, abort.Token), CancellationToken.None)));

            if (messages.Length == 0)
            {
                await Task.Delay(delay.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            delay.Reset();
            while (running.Count > settings.Threshold)
                running.Remove(await Task.WhenAny(running));
        }

        await Task.WhenAll(running);
    }

    /// <summary>Not cancelled by a stop: messages of a lost answer would be invisible for a whole lease.</summary>
    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken abort)
    {
        try
        {
            var messages = (await queue.ReceiveMessagesAsync(settings.BatchSize, options.Lease, abort)).Value;
            if (!_answering)
                Log.Back(logger, queue.Name);
            _answering = true;
            return messages;
        }
        catch (Exception exception) when (StorageOutage.Is(exception))
        {
            if (_answering && !abort.IsCancellationRequested)
                Log.Unavailable(logger, queue.Name, ExceptionSummary.Of(exception));
            _answering = abort.IsCancellationRequested;
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message, long received, CancellationToken stopping, CancellationToken abort)
    {
        await using var lease = new MessageLease(queue, message, options.Lease, received, time, abort);
        try
        {
            if (stopping.IsCancellationRequested)
                await lease.ReleaseAsync(TimeSpan.Zero);
            else if (poison is not null && message.DequeueCount > settings.MaxDequeueCount)
                await MoveAsync(message, lease, poison);
            else
                await SettleAsync(message, lease, await RunAsync(message, lease));

            if (lease.Lost)
                Log.Lost(logger, queue.Name, message.MessageId);
        }
        catch (Exception exception) when (StorageOutage.Is(exception))
        {
            Log.NotSettled(logger, queue.Name, message.MessageId, ExceptionSummary.Of(exception));
        }
    }

    /// <returns>What the run threw, if it did.</returns>
    private async Task<Exception?> RunAsync(QueueMessage message, MessageLease lease)
    {
        var started = time.GetTimestamp();
        try
        {
            await run(new QueuedMessage(message.MessageId, message.Body, message.DequeueCount), lease.Held);
            Log.Done(logger, queue.Name, message.MessageId, time.GetElapsedTime(started).TotalMilliseconds);
            return null;
        }
#pragma warning disable CA1031 // The one seam of this trigger: whatever is thrown, the message goes back.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    private async Task SettleAsync(QueueMessage message, MessageLease lease, Exception? failure)
    {
        if (failure is null)
        {
            await lease.CompleteAsync();
        }
        else if (lease.Held.IsCancellationRequested)
        {
            Log.Interrupted(logger, queue.Name, message.MessageId);
            await lease.ReleaseAsync(TimeSpan.Zero);
        }
        else
        {
            Log.Failed(logger, queue.Name, message.MessageId, message.DequeueCount, ExceptionSummary.Of(failure));
            if (poison is not null && message.DequeueCount >= settings.MaxDequeueCount)
                await MoveAsync(message, lease, poison);
            else
                await lease.ReleaseAsync(settings.VisibilityTimeout);
        }
    }

    private async Task MoveAsync(QueueMessage message, MessageLease lease, QueueClient to)
    {
        Log.Poisoned(logger, queue.Name, message.MessageId, message.DequeueCount);
        await lease.MoveAsync(to);
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Debug, "{Queue}: message {MessageId} done in {Milliseconds:F0} ms")]
        public static partial void Done(ILogger logger, string queue, string messageId, double milliseconds);

        [LoggerMessage(3002, LogLevel.Warning, "{Queue}: message {MessageId} failed on try {DequeueCount}: {Failure}")]
        public static partial void Failed(ILogger logger, string queue, string messageId, long dequeueCount, string failure);

        [LoggerMessage(3003, LogLevel.Error, "{Queue}: message {MessageId} goes to the poison queue after {DequeueCount} tries")]
        public static partial void Poisoned(ILogger logger, string queue, string messageId, long dequeueCount);

        [LoggerMessage(3004, LogLevel.Information, "{Queue}: message {MessageId} was interrupted and goes back")]
        public static partial void Interrupted(ILogger logger, string queue, string messageId);

        [LoggerMessage(3005, LogLevel.Warning, "{Queue}: message {MessageId} was no longer held when it was settled; whoever has it now settles it")]
        public static partial void Lost(ILogger logger, string queue, string messageId);

        [LoggerMessage(3006, LogLevel.Warning, "{Queue}: message {MessageId} could not be settled and comes back when its lease ends: {Failure}")]
        public static partial void NotSettled(ILogger logger, string queue, string messageId, string failure);

        [LoggerMessage(3007, LogLevel.Error, "{Queue}: storage does not answer, trying on: {Failure}")]
        public static partial void Unavailable(ILogger logger, string queue, string failure);

        [LoggerMessage(3008, LogLevel.Information, "{Queue}: storage answers again")]
        public static partial void Back(ILogger logger, string queue);
    }
}
