using System.Globalization;
using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>What replies mean for the statement, by the table of docs/replies.md.</summary>
public class ReplyClassifierTests
{
    private static readonly Dictionary<string, SmtpPhase> Phases = new(StringComparer.Ordinal)
    {
        ["connection"] = SmtpPhase.Connect,
        ["AUTH"] = SmtpPhase.Authenticate,
        ["MAIL FROM"] = SmtpPhase.Sender,
        ["RCPT TO"] = SmtpPhase.Recipient,
        ["DATA"] = SmtpPhase.Data,
        ["final dot"] = SmtpPhase.End,
    };

    public static TheoryData<string, string, string> Documented => [.. RepliesPage.Rows("Answers").Select(row => (row[0], row[1], row[3]))];

    [Theory]
    [MemberData(nameof(Documented))]
    public void Is_what_the_page_says(string phase, string reply, string becomes) =>
        Name(ReplyClassifier.Classify(Phases[phase], Read(reply), "main")).ShouldBe(becomes);

    [Fact]
    public void Every_line_of_the_table_decides_a_row_of_the_page()
    {
        var deciding = RepliesPage.Rows("Answers").Select(row =>
        {
            var reply = Read(row[1]);
            return Array.FindIndex(ReplyClassifier.Rules, rule => rule.Matches(Phases[row[0]], $"{reply.Code}", reply.Enhanced));
        });

        Enumerable.Range(0, ReplyClassifier.Rules.Length).Except(deciding).Select(index => ReplyClassifier.Rules[index]).ShouldBeEmpty();
    }

    [Fact]
    public void Every_code_at_every_phase_has_one_meaning()
    {
        foreach (var phase in Enum.GetValues<SmtpPhase>())
        {
            for (var code = 400; code < 600; code++)
                ReplyClassifier.Classify(phase, new RelayReply(code, null), "main").ShouldNotBeOfType<Submission.Relayed>($"{phase} {code}");
        }
    }

    [Fact]
    public void Says_who_answered_what_to_what_and_never_the_text()
    {
        var failed = (Submission.Failed)ReplyClassifier.Classify(SmtpPhase.Recipient, Read("550 5.1.1 <bob@example.org> unknown"), "main");

        failed.Detail.ShouldBe("relay main answered 550 5.1.1 to RCPT TO");
        failed.Reply.ShouldBe(new RelayReply(550, "5.1.1"));
    }

    [Theory]
    [InlineData("5.1.1 no", "5.1.1")]
    [InlineData("5.7.509 DMARC", "5.7.509")]
    [InlineData("5.1.1", "5.1.1")]
    [InlineData("#5.1.0 Address rejected", "5.1.0")]
    [InlineData("no 5.1.1 here", null)]
    [InlineData("5.1.1.1 is an address", null)]
    [InlineData("3.1.1 no class", null)]
    [InlineData("", null)]
    public void Reads_the_enhanced_code_only_at_the_head(string text, string? enhanced) => RelayReply.Of(550, text).Enhanced.ShouldBe(enhanced);

    private static RelayReply Read(string reply) => RelayReply.Of(int.Parse(reply[..3], CultureInfo.InvariantCulture), reply[4..]);

    private static string Name(Submission submission) => submission switch
    {
        Submission.Deferred deferred => $"Deferred: {deferred.Reason}",
        Submission.Failed failed => $"Failed: {failed.Code}",
        _ => submission.GetType().Name,
    };
}
