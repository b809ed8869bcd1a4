using System.Collections.Concurrent;

namespace MeSign.Statements.Signing;

/// <summary>Values that cost a fetch: one fetch at a time a key, shared by all who wait, kept while fresh.</summary>
internal sealed class FreshCache<T>(TimeProvider time)
    where T : class
{
    // Signers, authorities and their lists are few; far more than that is an attack on our memory.
    private const int MaxKeys = 256;

    // A dead server is not asked again by every document that waits for it.
    private static readonly TimeSpan RetryFailed = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="fetch">Not cancelled with one caller: others may wait for the same.</param>
    /// <param name="freshUntil">When a value is to be fetched anew.</param>
    /// <param name="goodUntil">How long the last value still serves where a newer one cannot be fetched.</param>
    public Task<T> GetAsync(
        string key, Func<Task<T>> fetch, Func<T, DateTimeOffset> freshUntil, Func<T, DateTimeOffset> goodUntil, CancellationToken cancellationToken)
    {
        if (_entries.Count >= MaxKeys)
            _entries.Clear();
        var entry = _entries.GetOrAdd(key, _ => new());
        lock (entry)
        {
            var now = time.GetUtcNow();
            if (entry.Running is null || (entry.Running.IsCompleted && now >= entry.RenewAt))
            {
                entry.RenewAt = now + RetryFailed;
                entry.Running = Task.Run(() => FetchAsync(entry, fetch, freshUntil, goodUntil), CancellationToken.None);
            }

            return entry.Running.WaitAsync(cancellationToken);
        }
    }

    private async Task<T> FetchAsync(Entry entry, Func<Task<T>> fetch, Func<T, DateTimeOffset> freshUntil, Func<T, DateTimeOffset> goodUntil)
    {
        try
        {
            var value = await fetch();
            lock (entry)
                (entry.Last, entry.RenewAt) = (value, freshUntil(value));
            return value;
        }
        catch (RevocationUnknownException) when (entry.Last is { } last && time.GetUtcNow() < goodUntil(last))
        {
            return last;
        }
    }

    private sealed class Entry
    {
        public Task<T>? Running { get; set; }

        public T? Last { get; set; }

        public DateTimeOffset RenewAt { get; set; }
    }
}
