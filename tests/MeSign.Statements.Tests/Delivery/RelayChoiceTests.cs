using MeSign.Statements.Delivery;
using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Several relays: which is asked, and which is asked next.</summary>
public sealed class RelayChoiceTests : RelayBench
{
    private static readonly Envelope ToCenek = ToBob with { Recipient = "čeněk@example.org" };

    [Fact]
    public async Task Takes_the_next_relay_when_one_cannot_be_reached()
    {
        var (first, second) = (Sink(), Sink());
        first.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.3.2 going down"));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        var submission = await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Eml, () => Task.CompletedTask, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
        (first.Count, second.Count).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Sends_by_no_second_relay_what_may_have_left_by_the_first()
    {
        var (first, second) = (Sink(), Sink());
        first.Misbehave(Misbehaviour.Drop(SmtpStage.Content));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        var dropped = await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Message(Lines(20_000_000)), () => Task.CompletedTask, Cancellation);
        first.Behave();
        first.Misbehave(Misbehaviour.DropAfterFinalDot(keepMessage: true));
        var uncertain = await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Eml, () => Task.CompletedTask, Cancellation);

        dropped.ShouldBeOfType<Submission.Deferred>();
        uncertain.ShouldBeOfType<Submission.Uncertain>();
        second.Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_about_the_statement_is_not_asked_of_another_relay()
    {
        var (first, second) = (Sink(), Sink());
        first.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "550 5.1.1 no such user"));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        (await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToBob, Eml, () => Task.CompletedTask, Cancellation)).ShouldBeOfType<Submission.Failed>();

        second.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_one_relay_cannot_take_goes_by_the_other(bool large)
    {
        var (unable, able) = (Sink(Unable(large)), Sink());
        var submitter = Submitter(("unable", Relay(unable)), ("able", Relay(able)));

        for (var i = 0; i < 12; i++)
            (await submitter.SubmitAsync(Shares(("unable", 1), ("able", 1)), ToCenek, Eml, () => Task.CompletedTask, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        (unable.Count, able.Count).ShouldBe((0, 12));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waits_for_a_relay_that_is_away_where_the_other_cannot_take_it(bool large)
    {
        var (main, standby) = (Sink(), Sink(Unable(large)));
        main.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.3.2 going down"));
        var relay = Relay(main);
        relay.FailuresToBreak = 1;
        var submitter = Submitter(("main", relay), ("standby", Relay(standby)));

        // At first it is asked, then it is left alone.
        for (var i = 0; i < 2; i++)
        {
            var deferred = (await submitter.SubmitAsync(Shares(("main", 1), ("standby", 0)), ToCenek, Eml, () => Task.CompletedTask, Cancellation)).ShouldBeOfType<Submission.Deferred>();
            deferred.Reason.ShouldBe(DeferralReason.RelayUnavailable);
            deferred.Detail.ShouldStartWith("relay main ");
        }

        main.Behave();
        _time.Advance(relay.BreakFor);
        (await submitter.SubmitAsync(Shares(("main", 1), ("standby", 0)), ToCenek, Eml, () => Task.CompletedTask, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Theory]
    [InlineData(true, FailureCode.MessageTooLarge)]
    [InlineData(false, FailureCode.RecipientRefused)]
    public async Task Fails_what_no_relay_can_take(bool large, FailureCode code)
    {
        var (first, second) = (Sink(Unable(large)), Sink(Unable(large)));
        var submitter = Submitter(("first", Relay(first)), ("second", Relay(second)));

        (await submitter.SubmitAsync(Shares(("first", 1), ("second", 0)), ToCenek, Eml, () => Task.CompletedTask, Cancellation)).ShouldBeOfType<Submission.Failed>().Code.ShouldBe(code);

        (first.Connections, second.Connections).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Leaves_a_relay_alone_that_failed_too_often_and_comes_back_to_it()
    {
        var sink = Sink();
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Connect, "421 4.7.0 too many"));
        var relay = Relay(sink);
        (relay.FailuresToBreak, relay.BreakFor) = (2, TimeSpan.FromSeconds(2));
        var submitter = Submitter(("main", relay));
        for (var i = 0; i < 2; i++)
            (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>().After.ShouldBeNull();

        var left = (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Deferred>();

        left.Detail.ShouldBe("relay main is left alone: it failed 2 times in a row");
        left.After.ShouldBe(TimeSpan.FromSeconds(2));
        sink.Connections.ShouldBe(2);
        sink.Behave();
        _time.Advance(TimeSpan.FromSeconds(2));
        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Does_not_send_what_its_caller_could_not_put_on_record()
    {
        var sink = Sink();
        var submitter = Submitter(("main", Relay(sink)));

        await Should.ThrowAsync<TimeoutException>(() => submitter.SubmitAsync(SmtpSubmissions.Only("main"), ToBob, Eml, () => throw new TimeoutException("no ledger"), Cancellation));

        sink.Count.ShouldBe(0);
        (await submitter.SubmitAsync("main", ToBob, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();
    }

    [Fact]
    public async Task Announces_the_body_once_and_only_when_the_addresses_are_taken()
    {
        var sink = Sink();
        var submitter = Submitter(("main", Relay(sink)));
        var announced = 0;
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.Recipient, "450 4.2.1 greylisted").Times(1));

        for (var i = 0; i < 2; i++)
        {
            await submitter.SubmitAsync(SmtpSubmissions.Only("main"), ToBob, Eml, () =>
            {
                announced++;
                return Task.CompletedTask;
            }, Cancellation);
            announced.ShouldBe(i);
        }
    }

    [Fact]
    public void Draws_relays_by_their_shares_and_those_without_one_last()
    {
        var shares = Shares(("a", 3), ("b", 1), ("c", 0));

        var orders = Enumerable.Range(0, 4000).Select(_ => string.Concat(RelayChoice.Order(shares))).CountBy(order => order).ToDictionary();

        orders.Keys.ShouldBe(["abc", "bac"], ignoreOrder: true);
        // 3,000 expected, standard deviation 27.
        orders["abc"].ShouldBeInRange(2800, 3200);
    }

    private static Func<SmtpSinkOptions, SmtpSinkOptions> Unable(bool large) =>
        options => large ? options with { MaxMessageBytes = Eml.Length - 1 } : options with { Without = ["SMTPUTF8"] };

    private static Dictionary<string, int> Shares(params (string Relay, int Share)[] shares) => shares.ToDictionary(one => one.Relay, one => one.Share, StringComparer.OrdinalIgnoreCase);
}
