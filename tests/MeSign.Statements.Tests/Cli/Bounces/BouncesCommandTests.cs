using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MeSign.Statements.Tests.Fixtures;
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
    public async Task Prints_an_object_for_every_message_of_an_mbox()
    {
        var returned = BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown");
        var letter = "From: jana@example.test\r\nSubject: Hello\r\n\r\nHello.\r\n\r\nFrom now on, write to my other address.\r\n";
        var file = _folder.Write("returned.mbox", string.Concat(new[] { returned, letter, BounceSamples.Complaint }.Select(message => $"From MAILER-DAEMON Mon Nov 23 10:00:00 2026\r\n{message}\r\n")));

        var run = await CommandRun.OfAsync("bounces", file, "--json");

        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(view => (view.GetProperty("number").GetInt32(), view.GetProperty("kind").GetString())).ShouldBe([(1, "Failure"), (2, "NotABounce"), (3, "Complaint")]);
    }

    [Fact]
    public async Task Says_which_file_it_cannot_read_and_goes_on()
    {
        var first = _folder.Write("a.eml", BounceSamples.Complaint);
        File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(first)!, "b.eml"), "/nowhere/at/all.eml");
        _folder.Write("c.eml", BounceSamples.Complaint);

        var run = await CommandRun.OfAsync("bounces", Path.GetDirectoryName(first)!, "--json");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("b.eml cannot be read");
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Waits_for_no_writer_of_a_pipe_in_a_folder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo");
        _folder.Write("a.eml", BounceSamples.Complaint);
        _folder.Write("b.eml", "");
        (await ExternalProgram.RunAsync("mkfifo", _folder.PathOf("."), "c")).ShouldSucceed();

        var run = await CommandRun.OfAsync("bounces", _folder.PathOf("."), "--json");

        run.ExitCode.ShouldBe(0);
        Kinds(run).ShouldBe(["Complaint", "NotABounce", "NotABounce"]);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.Contains("has no length"));
        run.Error.ShouldContain("/b.eml");
        run.Error.ShouldContain("/c ");
    }

    [Fact]
    public async Task Reads_every_message_once_where_links_of_folders_go_round()
    {
        var file = _folder.Write("cur/a.eml", BounceSamples.Complaint);
        Directory.CreateSymbolicLink(_folder.PathOf("cur/again"), _folder.PathOf("."));
        File.CreateSymbolicLink(_folder.PathOf("cur/b.eml"), file);

        var run = await CommandRun.OfAsync("bounces", _folder.PathOf("cur"), "--json");

        run.ShouldBe(new CommandRun(0, run.Output, ""));
        Kinds(run).ShouldBe(["Complaint", "Complaint"]);
    }

    [Theory]
    [InlineData("a.eml.gz", 1)]
    [InlineData("mbox.gz", 2)]
    [InlineData("1764000000.M1P1.host:2,S", 2)]
    public async Task Reads_what_gzip_has_compressed(string name, int messages)
    {
        var message = "From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n" + BounceSamples.Complaint + "\n";
        Compress(name, message + message);

        var run = await CommandRun.OfAsync("bounces", _folder.PathOf(name), "--json");

        run.ShouldBe(new CommandRun(0, run.Output, ""));
        Kinds(run).ShouldBe(Enumerable.Repeat("Complaint", messages));
    }

    [Fact]
    public async Task Says_that_a_compressed_file_is_damaged_and_goes_on()
    {
        var file = Compress("a.eml.gz", BounceSamples.Complaint);
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes.AsSpan(20, 60).Fill(0xff);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        _folder.Write("b.eml", BounceSamples.Complaint);

        var run = await CommandRun.OfAsync("bounces", _folder.PathOf("."), "--json");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("a.eml.gz cannot be read");
        Kinds(run).ShouldBe(["Complaint"]);
    }

    [Fact]
    public async Task Calls_a_class_what_kumomta_calls_it()
    {
        var file = _folder.Write("a.eml", BounceSamples.Notification("failed", "4.4.3", "smtp; temporary failure in name resolution"));

        var run = await CommandRun.OfAsync("bounces", file, "--json");

        JsonDocument.Parse(run.Output).RootElement.GetProperty("class").GetString().ShouldBe("DNSFailure");
    }

    [Fact]
    public async Task Refuses_a_path_that_is_not_there()
    {
        var run = await CommandRun.OfAsync("bounces", "/nowhere/at/all.eml");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("/nowhere/at/all.eml");
    }

    private static IEnumerable<string?> Kinds(CommandRun run) =>
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("kind").GetString());

    private string Compress(string name, string content)
    {
        var path = _folder.Write(name, "");
        using var compressed = new GZipStream(File.Create(path), CompressionLevel.Optimal);
        compressed.Write(Encoding.UTF8.GetBytes(content));
        return path;
    }
}
