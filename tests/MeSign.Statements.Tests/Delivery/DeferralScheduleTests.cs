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

    [Theory]
    [InlineData(3000, 2940)]
    [InlineData(60, 45)]
    [InlineData(20, 15)]
    public void Tries_a_last_time_a_little_before_the_expiry(int left, int delay)
    {
        _schedule.Next(7, Now, Now.AddSeconds(left)).ShouldBe(TimeSpan.FromSeconds(delay));
        DeferralSchedule.Within(TimeSpan.FromHours(1), Now, Now.AddSeconds(left)).ShouldBe(TimeSpan.FromSeconds(delay));
    }

    [Theory]
    [InlineData(100, 70, 70)]
    [InlineData(15, 14, 14)]
    public void Keeps_a_delay_that_is_over_before_that(int left, int asked, int delay) =>
        DeferralSchedule.Within(TimeSpan.FromSeconds(asked), Now, Now.AddSeconds(left)).ShouldBe(TimeSpan.FromSeconds(delay));

    // The queue counts whole seconds: it is not to be seen before its end, and be tried again and again until then.
    [Theory]
    [InlineData(19, 19)]
    [InlineData(0.2, 1)]
    public void Tries_no_more_at_the_end_and_comes_back_when_it_is_over(double left, int delay) =>
        _schedule.Next(7, Now, Now.AddSeconds(left)).ShouldBe(TimeSpan.FromSeconds(delay));

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
        _schedule.Next(1, Now, Now.AddHours(2), TimeSpan.FromHours(5)).ShouldBe(TimeSpan.FromMinutes(119));
    }
}
