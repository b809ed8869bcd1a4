using MeSign.Statements.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>What waits for room comes back when it was told to, up to two seconds late as from a queue, and finds it.</summary>
public class SendingLimitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1, 500)]
    [InlineData(0.1, 50)]
    [InlineData(5, 2500)]
    public void Sends_what_waits_at_its_rate(double perSecond, int count)
    {
        var tries = 0;
        var sent = SendAll(new SendingLimit(atOnce: null, perSecond, _time), count, ref tries);

        sent[^1].TotalSeconds.ShouldBeLessThanOrEqualTo(count / perSecond * 1.2);
        tries.ShouldBeLessThan(3 * count, "each try reads the whole message");
        // As many as in one second may go at once; from there on it is the rate.
        for (var i = 0; i < count; i++)
            sent[i].TotalSeconds.ShouldBeGreaterThanOrEqualTo((i + 1 - Math.Max(1, perSecond)) / perSecond - 0.001, $"message {i}");
    }

    [Fact]
    public void Never_sends_much_more_in_a_minute_than_its_rate()
    {
        var tries = 0;
        var sent = SendAll(new SendingLimit(atOnce: null, perSecond: 1, _time), count: 500, ref tries);

        // One at once, and the room of three seconds kept for those who are late.
        for (var i = 64; i < sent.Count; i++)
            (sent[i] - sent[i - 64]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(60), $"message {i}");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void Forgets_in_an_hour_who_was_told_to_come_back(int waiting)
    {
        var limit = new SendingLimit(atOnce: null, perSecond: 1, _time);
        for (var i = 0; i <= waiting; i++)
            limit.Enter();

        _time.Advance(TimeSpan.FromHours(1) + 5 * Second);

        limit.Enter().ShouldBeNull();
        limit.Enter().ShouldBe(Second);
        limit.Enter().ShouldBe(2 * Second);
    }

    [Fact]
    public void Lets_as_many_go_at_once_as_in_one_second_however_long_it_rested()
    {
        var limit = new SendingLimit(atOnce: null, perSecond: 5, _time);
        _time.Advance(TimeSpan.FromHours(1));

        Enumerable.Range(0, 10).Count(_ => limit.Enter() is null).ShouldBe(5);
    }

    [Fact]
    public void Sends_a_code_of_15_minutes_behind_100_others()
    {
        var tries = 0;

        var sent = SendAll(new SendingLimit(atOnce: null, perSecond: 1, _time), count: 101, ref tries);

        sent[^1].ShouldBeLessThan(TimeSpan.FromMinutes(15));
        sent[^1].ShouldBeLessThan(TimeSpan.FromMinutes(3), "whichever of them it is");
    }

    [Fact]
    public void Tells_nobody_to_wait_longer_than_an_hour()
    {
        var limit = new SendingLimit(atOnce: null, perSecond: 0.01, _time);
        limit.Enter();

        var waits = Enumerable.Range(0, 100).Select(_ => limit.Enter()!.Value).ToList();

        waits.Max().ShouldBe(TimeSpan.FromHours(1));
        waits.GroupBy(wait => wait).Max(together => together.Count()).ShouldBe(3);
    }

    [Fact]
    public void Gives_back_the_room_of_a_domain_where_the_limit_on_all_is_in_the_way()
    {
        var limits = new SendingLimits(new RelayOptions { MessagesPerSecond = 0.01, EachDomain = new DomainLimitOptions { MessagesPerSecond = 0.001 } }, _time);
        limits.Enter("example.org").ShouldBeNull();
        limits.Enter("example.net").ShouldBe(TimeSpan.FromSeconds(100));

        _time.Advance(TimeSpan.FromSeconds(100));

        limits.Enter("example.net").ShouldBeNull();
    }

    /// <summary>Fifty a second come for the first time; whoever finds no room comes back when told to.</summary>
    /// <returns>When each was sent, from the start.</returns>
    private List<TimeSpan> SendAll(SendingLimit limit, int count, ref int tries)
    {
        var started = _time.GetUtcNow();
        var queue = new PriorityQueue<int, TimeSpan>(Enumerable.Range(0, count).Select(i => (i, i * Second / 50)));
        var sent = new List<TimeSpan>();
        while (queue.TryDequeue(out var message, out var at))
        {
            _time.SetUtcNow(started + at);
            tries++;
            if (limit.Enter() is { } wait)
            {
                queue.Enqueue(message, at + wait + Lateness(tries));
                continue;
            }

            limit.Leave();
            sent.Add(at);
        }

        return sent;
    }

    /// <summary>0 to 2 s, without an order in it.</summary>
    private static TimeSpan Lateness(int number) => TimeSpan.FromMilliseconds(number * 617 % 2000);
}
