using System.Diagnostics.CodeAnalysis;

namespace MeSign.Statements.Recipients;

/// <summary>
/// Remembers the most recently used values, each until its time. Two generations: when the young one is full it becomes the
/// old one and what was old is forgotten, so that nothing has to be searched for.
/// </summary>
/// <param name="capacity">The most values held; 0 remembers nothing.</param>
internal sealed class BoundedCache<TValue>(int capacity, TimeProvider time)
{
    private readonly Lock _swap = new();
    private readonly int _generation = (capacity + 1) / 2;
    private Dictionary<string, Entry> _young = new(StringComparer.Ordinal);
    private Dictionary<string, Entry> _old = new(StringComparer.Ordinal);

    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_swap)
        {
            var found = _young.TryGetValue(key, out var entry);
            if (!found && _old.Remove(key, out entry))
            {
                found = true;
                Put(key, entry);
            }

            if (found && entry.Until > time.GetUtcNow())
            {
                value = entry.Value;
                return true;
            }

            _young.Remove(key);
            value = default;
            return false;
        }
    }

    public void Set(string key, TValue value, DateTimeOffset until)
    {
        lock (_swap)
        {
            _old.Remove(key);
            Put(key, new Entry(value, until));
        }
    }

    private void Put(string key, Entry entry)
    {
        if (_generation == 0)
            return;

        if (_young.Count >= _generation && !_young.ContainsKey(key))
            (_old, _young) = (_young, new Dictionary<string, Entry>(StringComparer.Ordinal));
        _young[key] = entry;
    }

    private readonly record struct Entry(TValue Value, DateTimeOffset Until);
}
