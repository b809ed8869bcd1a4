using MailKit.Net.Smtp;
using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Sandbox;

/// <summary>What the sink does wrong when it is told to.</summary>
public sealed class SmtpSinkMisbehaviourTests : SmtpSinkBench
{
    [Theory]
    [InlineData("Mail", "550 5.7.1 not from you", 550)]
    [InlineData("Recipient", "550 5.1.1 no such user", 550)]
    [InlineData("Data", "451 4.3.0 later", 451)]
    [InlineData("FinalDot", "554 5.6.0 not that", 554)]
    public async Task Refuses_where_it_is_told_to_and_then_behaves(string stage, string reply, int code)
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        sink.Misbehave(Misbehaviour.Reply(Enum.Parse<SmtpStage>(stage), reply).Times(1));

        var refusal = await Should.ThrowAsync<SmtpCommandException>(client.SendAsync(Message("a@example.test"), Cancellation));
        await client.SendAsync(Message("a@example.test"), Cancellation);

        ((int)refusal.StatusCode).ShouldBe(code);
        sink.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refuses_one_recipient_only()
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        sink.Misbehave(Misbehaviour.Reply(SmtpStage.FinalDot, "452 4.2.2 mailbox full").For("full@example.test"));

        var refusal = await Should.ThrowAsync<SmtpCommandException>(client.SendAsync(Message("full@example.test"), Cancellation));
        await client.SendAsync(Message("a@example.test"), Cancellation);

        ((int)refusal.StatusCode).ShouldBe(452);
        sink.Messages.ShouldHaveSingleItem().Recipients[0].Address.ShouldBe("a@example.test");
    }

    [Theory]
    [InlineData("Content", false, 0)]
    [InlineData("FinalDot", false, 0)]
    [InlineData("FinalDot", true, 1)]
    public async Task Drops_around_the_final_dot(string stage, bool keeps, int stored)
    {
        await using var sink = Start();
        using var client = await ConnectAsync(sink);
        sink.Misbehave(stage is "Content" ? Misbehaviour.Drop(SmtpStage.Content) : Misbehaviour.DropAfterFinalDot(keeps));

        await Should.ThrowAsync<Exception>(client.SendAsync(Message("a@example.test"), Cancellation));

        sink.Count.ShouldBe(stored);
        sink.Messages.ShouldAllBe(message => !message.Acknowledged);
    }

    [Fact]
    public async Task Stalls_until_the_client_leaves()
    {
        await using var sink = Start();
        sink.Misbehave(Misbehaviour.Stall(SmtpStage.FinalDot));
        using var client = await ConnectAsync(sink);
        client.Timeout = 500;

        await Should.ThrowAsync<Exception>(client.SendAsync(Message("a@example.test"), Cancellation));

        client.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task Stalls_for_a_while_and_goes_on()
    {
        await using var sink = Start();
        sink.Misbehave(Misbehaviour.Stall(SmtpStage.Recipient, TimeSpan.FromMilliseconds(50)));
        using var client = await ConnectAsync(sink);

        await client.SendAsync(Message("a@example.test"), Cancellation);

        sink.Count.ShouldBe(1);
    }
}
