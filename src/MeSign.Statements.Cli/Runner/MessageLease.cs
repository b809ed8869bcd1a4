using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Cli.Runner;

/// <summary>
/// Keeps one received message invisible to others while it is worked on, and settles it once: done, back to the queue, or
/// over to the poison queue.
/// </summary>
internal sealed class MessageLease : IAsyncDisposable
{
    private readonly QueueClient _queue;
    private readonly QueueMessage _message;
    private readonly TimeSpan _length;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _held;
    private readonly CancellationTokenSource _settling = new();
    private readonly Task _renewal;

    private string _popReceipt;

    /// <param name="received">The instant (a timestamp of <paramref name="time"/>) before the message was asked for.</param>
    /// <param name="abort">Ends the work; the lease itself is renewed until it is settled.</param>
    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan length, long received, TimeProvider time, CancellationToken abort)
    {
        _queue = queue;
        _message = message;
        _length = length;
        _time = time;
        _popReceipt = message.PopReceipt;
        _held = CancellationTokenSource.CreateLinkedTokenSource(abort);
        _renewal = RenewAsync(received);
    }

    /// <summary>Cancelled when the message is no longer ours, or when the work must end.</summary>
    public CancellationToken Held => _held.Token;

    public bool Lost { get; private set; }

    public Task CompleteAsync() => SettleAsync(limit => _queue.DeleteMessageAsync(_message.MessageId, _popReceipt, limit));

    /// <param name="delay">How long the message stays invisible.</param>
    public Task ReleaseAsync(TimeSpan delay) =>
        SettleAsync(limit => _queue.UpdateMessageAsync(_message.MessageId, _popReceipt, visibilityTimeout: delay, cancellationToken: limit));

    /// <summary>Copies the message as it is, then deletes it: a crash between the two leaves both, never neither.</summary>
    public Task MoveAsync(QueueClient poison) => SettleAsync(async limit =>
    {
        await poison.CreateIfNotExistsAsync(cancellationToken: limit);
        await poison.SendMessageAsync(_message.Body, timeToLive: Forever, cancellationToken: limit);
        await _queue.DeleteMessageAsync(_message.MessageId, _popReceipt, limit);
    });

    public async ValueTask DisposeAsync()
    {
        await _settling.CancelAsync();
        await _renewal;
        _settling.Dispose();
        _held.Dispose();
    }

    // The storage service reads -1 s as no expiry; left out, it would forget the message after seven days.
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private async Task SettleAsync(Func<CancellationToken, Task> settle)
    {
        await _settling.CancelAsync();
        await _renewal;
        using var limit = new CancellationTokenSource(_length, _time);
        try
        {
            await settle(limit.Token);
        }
        catch (RequestFailedException exception) when (StorageOutage.IsLostMessage(exception))
        {
            Lost = true;
        }
    }

    private async Task RenewAsync(long since)
    {
        while (!Lost && await WaitAsync(_length / 2 - _time.GetElapsedTime(since)))
        {
            var asked = _time.GetTimestamp();
            while (!Lost && !await TryRenewAsync(since) && await WaitAsync(_length / 16))
                Lost = _time.GetElapsedTime(since) >= _length;

            since = asked;
        }

        if (Lost)
            await _held.CancelAsync();
    }

    /// <returns>False when the _renewal is to be tried again.</returns>
    private async Task<bool> TryRenewAsync(long since)
    {
        // Not cancelled by settling: an answer thrown away would take the new pop receipt with it.
        var left = _length - _time.GetElapsedTime(since);
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        try
        {
            _popReceipt = (await _queue.UpdateMessageAsync(_message.MessageId, _popReceipt, visibilityTimeout: _length, cancellationToken: limit.Token)).Value.PopReceipt;
            return true;
        }
        catch (RequestFailedException exception) when (StorageOutage.IsLostMessage(exception))
        {
            return Lost = true;
        }
        catch (Exception exception) when (StorageOutage.Is(exception))
        {
            return false;
        }
    }

    /// <returns>False when the message is being settled.</returns>
    private async Task<bool> WaitAsync(TimeSpan delay)
    {
        await Task.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, _time, _settling.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_settling.IsCancellationRequested;
    }
}
