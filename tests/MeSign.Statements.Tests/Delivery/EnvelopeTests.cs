using System.Text;
using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

public class EnvelopeTests
{
    [Theory]
    [InlineData("To: bob@example.org", "bob@example.org")]
    [InlineData("To: \"Bob, the\" <bob@example.org>", "bob@example.org")]
    [InlineData("To: =?utf-8?B?xIxlbsSbaw==?=\r\n <bob@example.org>", "bob@example.org")]
    public void Is_for_the_one_in_the_To_field(string to, string address) =>
        Envelope.Of(Message(to), "bounces@bank.example").ShouldBe(new Envelope("bounces@bank.example", address));

    [Theory]
    [InlineData("X-To: bob@example.org")]
    [InlineData("To: bob@example.org, eve@example.org")]
    [InlineData("To: friends: bob@example.org;")]
    [InlineData("To: undisclosed-recipients:;")]
    [InlineData("To: bob@example.org\r\nTo: eve@example.org")]
    public void Refuses_a_message_that_is_not_for_exactly_one(string to) =>
        Should.Throw<InvalidDataException>(() => Envelope.Of(Message(to), "bounces@bank.example"));

    [Fact]
    public void Gives_every_message_a_return_path_of_its_own_where_the_issuer_wants_it() =>
        Envelope.Of(Message("To: bob@example.org\r\nMessage-ID: <0123abcd@bank.example>"), "bounces+{id}@bank.example")
            .ShouldBe(new Envelope("bounces+0123abcd@bank.example", "bob@example.org", "0123abcd"));

    [Fact]
    public void A_return_path_with_a_variable_part_is_an_address_that_settings_may_have() =>
        EmailAddress.TryParse("bounces+{id}@bank.example", out _, out _).ShouldBeTrue();

    private static byte[] Message(string to) => Encoding.ASCII.GetBytes($"From: a@bank.example\r\n{to}\r\n\r\nTo: body@example.org\r\n");
}
