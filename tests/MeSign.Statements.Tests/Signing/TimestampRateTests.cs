using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Servers that want to be asked less.</summary>
public sealed class TimestampRateTests : TimestampClientBench
{
    [Fact]
    public async Task Retry_After_closes_the_server_and_the_shortest_is_handed_on()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(time: time);
        await using var other = await TestTimestampServer.StartAsync();
        _server.Instead = (context, _) => FailAsync(context, 503, "120");
        other.Instead = (context, _) => FailAsync(context, 429, "30");

        var first = await DelayedAsync(signing, _server.Address, other.Address);
        var second = await DelayedAsync(signing, _server.Address, other.Address);
        time.Advance(TimeSpan.FromSeconds(31));
        other.Instead = null;
        other.Clock = () => time.GetUtcNow().UtcDateTime;
        var token = await StampAsync(signing, _server.Address, other.Address);

        first.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        second.Message.ShouldContain("left alone");
        token.ShouldNotBeNull();
        _server.Requests.Count.ShouldBe(1);
        other.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Retry_After_holds_though_a_request_that_was_on_its_way_succeeds()
    {
        using var signing = new TestSigning();
        var release = new TaskCompletionSource();
        _server.Instead = async (context, query) =>
        {
            await release.Task;
            await AnswerAsync(context, _server.Respond(query));
        };
        var earlier = StampAsync(signing, _server.Address);
        await BoundedWait.UntilAsync(() => !_server.Requests.IsEmpty);
        _server.Instead = (context, _) => FailAsync(context, 429, "120");
        await DelayedAsync(signing, _server.Address);
        release.SetResult();
        await earlier;

        var delayed = await DelayedAsync(signing, _server.Address);

        delayed.Message.ShouldContain("left alone");
        _server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_rate_limit_moves_on_to_the_next_server()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(settings: ForServer(("MaxPerSecond", "2")), time: time);
        await using var other = await TestTimestampServer.StartAsync();
        for (var i = 0; i < 3; i++)
            await StampAsync(signing, _server.Address, other.Address);
        time.Advance(TimeSpan.FromSeconds(1));

        await StampAsync(signing, _server.Address, other.Address);

        _server.Requests.Count.ShouldBe(3);
        other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task In_no_second_wherever_it_begins_has_a_server_more_requests_than_its_limit()
    {
        var second = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var time = new FakeTimeProvider(second.AddMilliseconds(900));
        using var signing = new TestSigning(settings: ForServer(("MaxPerSecond", "2")), time: time);
        await using var other = await TestTimestampServer.StartAsync();
        (_server.Clock, other.Clock) = (() => time.GetUtcNow().UtcDateTime, () => time.GetUtcNow().UtcDateTime);
        await StampAsync(signing, _server.Address, other.Address);
        await StampAsync(signing, _server.Address, other.Address);

        time.Advance(TimeSpan.FromMilliseconds(200));
        await StampAsync(signing, _server.Address, other.Address);

        _server.Requests.Count.ShouldBe(2);
        other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Waits_for_its_turn_where_no_other_server_answers()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var signing = new TestSigning(settings: ForServer(("MaxPerSecond", "1")), time: time);
        var closed = await ClosedPortAsync();
        await StampAsync(signing, _server.Address);

        var waiting = StampAsync(signing, closed, _server.Address);
        for (var passed = 0; passed < 900; passed += 100)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        waiting.IsCompleted.ShouldBeFalse();
        _server.Requests.Count.ShouldBe(1);
        await BoundedWait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return waiting.IsCompleted;
        });

        (await waiting).ShouldNotBeNull();
        _server.Requests.Count.ShouldBe(2);
    }
}
