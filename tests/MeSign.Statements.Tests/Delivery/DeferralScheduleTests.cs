using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

public class DeferralScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly DeferralSchedule _schedule = new(new DeliveryOptions { FirstDelay = TimeSpan.FromMinutes(1), LongestDelay = TimeSpan.FromHours(1) });

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 120)]
    [InlineData(6, 1920)]
    [InlineData(7, 3600)]
    [InlineData(1_000_000, 3600)]
    public void Doubles_up_to_the_limit_within_a_fifth(int attempts, int seconds)
    {
        var delays = Enumerable.Range(0, 200).Select(_ => _schedule.Next(attempts, Now, expires: null)!.Value.TotalSeconds).ToList();

        delays.ShouldAllBe(delay => delay >= seconds * 0.8 && delay <= seconds * 1.2);
        delays.Distinct().Count().ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Tries_a_last_time_at_the_expiry() =>
        _schedule.Next(7, Now, Now.AddMinutes(3)).ShouldBe(TimeSpan.FromMinutes(3));

    [Fact]
    public void Ends_with_the_expiry()
    {
        _schedule.Next(1, Now, Now).ShouldBeNull();
        _schedule.Next(1, Now, Now.AddSeconds(-1)).ShouldBeNull();
    }

    [Fact]
    public void Waits_as_long_as_it_was_asked_to()
    {
        _schedule.Next(1, Now, expires: null, TimeSpan.FromHours(5)).ShouldBe(TimeSpan.FromHours(5));
        _schedule.Next(1, Now, Now.AddHours(2), TimeSpan.FromHours(5)).ShouldBe(TimeSpan.FromHours(2));
    }
}
