using MeSign.Statements.Recipients;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Recipients;

public class BoundedCacheTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Holds_no_more_than_its_capacity_and_keeps_what_is_used()
    {
        var cache = new BoundedCache<int>(100, _time);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set($"{i}", i, _time.GetUtcNow() + Hour);
            cache.TryGet("0", out var used).ShouldBeTrue();
            used.ShouldBe(0);
        }

        Enumerable.Range(0, 10_000).Count(i => cache.TryGet($"{i}", out _)).ShouldBeInRange(1, 100);
    }

    [Fact]
    public void Forgets_a_value_when_its_time_has_come()
    {
        var cache = new BoundedCache<int>(10, _time);
        cache.Set("a", 1, _time.GetUtcNow() + Hour);

        _time.Advance(Hour - TimeSpan.FromTicks(1));
        cache.TryGet("a", out _).ShouldBeTrue();
        _time.Advance(TimeSpan.FromTicks(1));

        cache.TryGet("a", out _).ShouldBeFalse();
    }

    [Fact]
    public void Remembers_nothing_without_capacity()
    {
        var cache = new BoundedCache<int>(0, _time);

        cache.Set("a", 1, _time.GetUtcNow() + Hour);

        cache.TryGet("a", out _).ShouldBeFalse();
    }
}
