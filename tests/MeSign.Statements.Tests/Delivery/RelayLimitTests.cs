using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Our own limits on what relays get.</summary>
public sealed class RelayLimitTests : RelayBench
{
    [Fact]
    public async Task Keeps_to_so_many_messages_in_a_second_and_to_a_domain()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.EachDomain = new DomainLimitOptions { MessagesPerSecond = 0.01 };
        relay.Domains["example.net"] = new DomainLimitOptions { MessagesPerSecond = 100 };
        var submitter = Submitter(("main", relay));

        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        var second = (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();
        var third = (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        (second.Reason, second.After, third.After).ShouldBe((DeferralReason.Limited, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200)));
        for (var i = 0; i < 5; i++)
            (await submitter.SubmitAsync("main", ToBob with { Recipient = "bob@example.net" }, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        sink.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Keeps_to_so_many_messages_in_a_second_in_all()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.MessagesPerSecond = 0.01;
        var submitter = Submitter(("main", relay));

        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
        var second = (await submitter.SubmitAsync("main", ToBob with { Recipient = "eve@example.net" }, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        (second.Reason, second.After).ShouldBe((DeferralReason.Limited, TimeSpan.FromSeconds(100)));
        sink.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Has_no_more_on_the_way_to_one_domain_than_allowed()
    {
        var sink = Sink();
        var relay = Relay(sink);
        relay.EachDomain = new DomainLimitOptions { MaxConnections = 1 };
        var submitter = Submitter(("main", relay));
        var atTheDoor = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();

        var first = submitter.SubmitAsync(SmtpSubmissions.Only("main"), ToBob, Eml, async () =>
        {
            atTheDoor.SetResult();
            await goOn.Task;
        }, Cancellation);
        await atTheDoor.Task;
        var second = await submitter.SubmitAsync("main", ToBob, Eml, Cancellation);
        var elsewhere = await submitter.SubmitAsync("main", ToBob with { Recipient = "bob@example.net" }, Eml, Cancellation);
        goOn.SetResult();

        second.ShouldBeOfType<Submission.Deferred>().Reason.ShouldBe(DeferralReason.Limited);
        elsewhere.ShouldBeOfType<Submission.Relayed>();
        (await first).ShouldBeOfType<Submission.Relayed>();
        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task A_domain_that_was_sent_nothing_while_the_relay_was_left_alone_need_not_wait()
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.3.2 closing").Times(1));
        var relay = Relay(sink);
        relay.EachDomain = new DomainLimitOptions { MessagesPerSecond = 0.01 };
        (relay.FailuresToBreak, relay.BreakFor) = (1, TimeSpan.FromSeconds(30));
        var submitter = Submitter(("main", relay));
        var toNet = ToBob with { Recipient = "bob@example.net" };

        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>().After.ShouldBeNull();
        var alone = (await submitter.SubmitAsync("main", toNet, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();
        (alone.Reason, alone.After).ShouldBe((DeferralReason.RelayUnavailable, TimeSpan.FromSeconds(30)));
        _time.Advance(TimeSpan.FromSeconds(30));

        (await submitter.SubmitAsync("main", toNet, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_finds_no_room_waits_and_does_not_go_by_a_relay_for_emergencies(bool forDomain)
    {
        var (main, standby) = (Sink(), Sink());
        var relay = Relay(main);
        if (forDomain)
            relay.EachDomain = new DomainLimitOptions { MessagesPerSecond = 0.01 };
        else
            relay.MessagesPerSecond = 0.01;
        var submitter = Submitter(("main", relay), ("standby", Relay(standby)));

        (await SubmitAsync(submitter, standbyShare: 0)).ShouldBeOfType<Submission.Relayed>();
        var second = (await SubmitAsync(submitter, standbyShare: 0)).ShouldBeOfType<Submission.Deferred>();

        (second.Reason, second.After).ShouldBe((DeferralReason.Limited, TimeSpan.FromSeconds(100)));
        (main.Count, standby.Connections).ShouldBe((1, 0));
    }

    [Fact]
    public async Task What_finds_no_room_goes_by_another_relay_with_a_share()
    {
        var (main, other) = (Sink(), Sink());
        var relay = Relay(main);
        relay.MessagesPerSecond = 0.01;
        var submitter = Submitter(("main", relay), ("standby", Relay(other)));

        for (var i = 0; i < 5; i++)
            (await SubmitAsync(submitter, standbyShare: 1)).ShouldBeOfType<Submission.Relayed>();

        main.Count.ShouldBeLessThan(2);
        (main.Count + other.Count).ShouldBe(5);
    }

    [Fact]
    public async Task The_limit_of_a_relay_that_is_away_holds_up_nothing()
    {
        var (main, standby) = (Sink(), Sink());
        main.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.3.2 going down"));
        var relay = Relay(main);
        (relay.MessagesPerSecond, relay.FailuresToBreak) = (0.01, 1);
        var submitter = Submitter(("main", relay), ("standby", Relay(standby)));

        for (var i = 0; i < 5; i++)
            (await SubmitAsync(submitter, standbyShare: 0)).ShouldBeOfType<Submission.Relayed>();

        standby.Count.ShouldBe(5);
    }

    private static Task<Submission> SubmitAsync(SmtpSubmitter submitter, int standbyShare) =>
        submitter.SubmitAsync(
            new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["main"] = 1, ["standby"] = standbyShare }, ToBob, Eml, () => Task.CompletedTask, Cancellation);
}
