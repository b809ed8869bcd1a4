using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Addresses beyond ASCII (RFC 6531): a relay after ours may not take what ours takes.</summary>
public sealed class SmtpUtf8Tests : RelayBench
{
    [Theory]
    [InlineData("bob@bücher.example")]
    [InlineData("bob@xn--bcher-kva.example")]
    public async Task Sends_to_a_domain_in_letters_by_its_A_labels_whatever_the_relay_offers(string recipient)
    {
        var sink = Sink();

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", new Envelope("bounces@bücher.example", recipient), Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.Sender.ShouldBe("bounces@xn--bcher-kva.example");
        stored.SenderParameters.ShouldBe([$"SIZE={Eml.Length}", "RET=HDRS"]);
        stored.Recipients[0].Address.ShouldBe("bob@xn--bcher-kva.example");
        stored.Recipients[0].Parameters.ShouldBe(["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;bob@xn--bcher-kva.example"]);
    }

    [Theory]
    [InlineData("bounces@bank.example", "čeněk@example.org")]
    [InlineData("rücklauf@bank.example", "bob@bücher.example")]
    public async Task Names_no_original_recipient_of_a_type_that_it_is_not(string returnPath, string recipient)
    {
        var sink = Sink();

        await Submitter(("main", Relay(sink))).SubmitAsync("main", new Envelope(returnPath, recipient), Eml, Cancellation);

        // RFC 6533 §3: it would be of the type utf-8, and the one that MailKit writes is of the type rfc822.
        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.Recipients[0].Address.ShouldBe(recipient);
        stored.Recipients[0].Parameters.ShouldBeEmpty();
    }

    [Fact]
    public async Task Sends_by_SMTPUTF8_where_it_is_needed_after_a_message_that_went_without()
    {
        var sink = Sink();
        var submitter = Submitter(("main", Relay(sink)));

        foreach (var recipient in (string[])["bob@example.org", "bob@bücher.example", "bob@example.org", "čeněk@example.org", "bob@example.org"])
            (await submitter.SubmitAsync("main", ToBob with { Recipient = recipient }, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Messages.Select(message => message.SenderParameters.Contains("SMTPUTF8")).ShouldBe([false, false, false, true, false]);
        sink.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Asks_for_SMTPUTF8_only_where_an_address_needs_it()
    {
        var sink = Sink();

        var submission = await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob with { Recipient = "čeněk@bücher.example" }, Eml, Cancellation);

        submission.ShouldBeOfType<Submission.Relayed>();
        var stored = sink.Messages.ShouldHaveSingleItem();
        stored.SenderParameters.ShouldContain("SMTPUTF8");
        stored.Recipients.ShouldHaveSingleItem().Address.ShouldBe("čeněk@bücher.example");
        (await stored.ReadAsync(Cancellation)).ShouldBe(Eml);
    }

    [Fact]
    public async Task Fails_an_address_that_the_relay_cannot_take()
    {
        var sink = Sink(options => options with { Without = ["SMTPUTF8"] });

        var failed = (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob with { Recipient = "čeněk@example.org" }, Eml, Cancellation)).ShouldBeOfType<Submission.Failed>();

        (failed.Code, failed.Detail).ShouldBe((FailureCode.RecipientRefused, "relay main does not offer SMTPUTF8, which the address needs (RFC 6531)"));
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Sends_to_a_domain_in_letters_without_SMTPUTF8_in_its_A_labels()
    {
        var sink = Sink(options => options with { Without = ["SMTPUTF8"] });

        (await Submitter(("main", Relay(sink))).SubmitAsync("main", ToBob with { Recipient = "bob@bücher.example" }, Eml, Cancellation)).ShouldBeOfType<Submission.Relayed>();

        sink.Messages.ShouldHaveSingleItem().Recipients[0].Address.ShouldBe("bob@xn--bcher-kva.example");
    }
}
