using System.Text.Json;
using MeSign.Statements.Tests.Delivery.Bounces;

namespace MeSign.Statements.Tests.Cli.Bounces;

public sealed class BouncesCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Prints_one_object_a_line_for_every_message_of_a_folder()
    {
        var first = _folder.Write("a.eml", BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"));
        _folder.Write("b.eml", BounceSamples.Complaint);
        _folder.Write("c.eml", "From: jana@example.test\r\nSubject: Hello\r\n\r\nHello.\r\n");

        var run = await CommandRun.OfAsync("bounces", Path.GetDirectoryName(first)!, "--json");

        run.ShouldBe(new CommandRun(0, run.Output, ""));
        var reports = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("report")).ToArray();
        reports.Select(report => report.GetProperty("kind").GetString()).ShouldBe(["Failure", "Complaint", "NotABounce"]);
        var recipient = reports[0].GetProperty("recipients")[0];
        recipient.GetProperty("address").GetString().ShouldBe("jana@example.test");
        recipient.GetProperty("class").GetString().ShouldBe("InvalidRecipient");
        recipient.GetProperty("status").GetString().ShouldBe("5.1.1");
        reports[0].GetProperty("originalMessageId").GetString().ShouldBe(BounceSamples.MessageId);
    }

    [Fact]
    public async Task Gives_kind_recipient_status_class_and_our_message_at_the_top_without_a_storage()
    {
        var file = _folder.Write("a.eml", BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"));

        var run = await CommandRun.OfAsync("bounces", file, "--json");

        var view = JsonDocument.Parse(run.Output).RootElement;
        new[] { "file", "kind", "recipient", "status", "class" }.Select(name => view.GetProperty(name).GetString()).ShouldBe([file, "Failure", "jana@example.test", "5.1.1", "InvalidRecipient"]);
        view.GetProperty("statement").EnumerateObject().Select(one => (one.Name, one.Value.GetString())).ShouldBe([("message", BounceSamples.MessageId[..32])]);
    }

    [Fact]
    public async Task Shows_a_table_to_people()
    {
        var file = _folder.Write("a.eml", BounceSamples.Notification("failed", "5.2.2", "smtp; 552 5.2.2 Mailbox full"));

        var run = await CommandRun.OfAsync("bounces", file);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("QuotaIssues");
    }

    [Fact]
    public async Task Refuses_a_path_that_is_not_there()
    {
        var run = await CommandRun.OfAsync("bounces", "/nowhere/at/all.eml");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("/nowhere/at/all.eml");
    }
}
