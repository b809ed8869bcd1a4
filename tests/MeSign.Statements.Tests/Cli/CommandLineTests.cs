namespace MeSign.Statements.Tests.Cli;

public class CommandLineTests
{
    [Theory]
    [InlineData("run", "mesign run")]
    [InlineData("submit", "mesign submit --job job.json --document statement.pdf")]
    [InlineData("status", "mesign status 2026-10 --watch")]
    [InlineData("verify", "mesign verify statement.pdf --trust root.pem")]
    [InlineData("sign", "mesign sign october/ --to signed/ --issuer northbank")]
    public async Task Help_ends_with_examples_and_exit_codes(string command, string example)
    {
        var run = await CommandRun.OfAsync(command, "--help");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("Examples:");
        run.Output.ShouldContain(example);
        run.Output.ShouldContain("Exit codes:");
        run.Error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("run", "--nope")]
    [InlineData("status", "--state", "Lost")]
    [InlineData("submit", "--job", "a.json", "--manifest", "b.jsonl")]
    [InlineData("submit", "--job", "a.json", "--issuer", "northbank")]
    [InlineData("submit", "--issuer", "northbank")]
    [InlineData("submit", "--issuer", "northbank", "--to", "a@example.test", "--field", "period")]
    [InlineData("status", "not/a/batch")]
    public async Task A_wrong_command_line_ends_with_2_and_one_reason(params string[] args)
    {
        var run = await CommandRun.OfAsync(args);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith("mesign: ");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_missing_settings_file_is_named()
    {
        var run = await CommandRun.OfAsync("status", "--settings", "/nowhere/settings.json");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldBe($"mesign: the settings file /nowhere/settings.json does not exist.{Environment.NewLine}");
    }

    [Fact]
    public async Task Storage_that_is_not_there_is_a_failure_and_not_a_stack_trace()
    {
        using var folder = new ScratchFolder();
        // Port 9 (discard) on loopback: nobody listens.
        var settings = folder.WriteSettings(
            ("StatementStorage", "DefaultEndpointsProtocol=http;AccountName=test;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:9/test;QueueEndpoint=http://127.0.0.1:9/test;TableEndpoint=http://127.0.0.1:9/test;"),
            ("MeSign__Ledger__RecipientKey", Convert.ToBase64String(new byte[32])));

        var run = await CommandRun.OfAsync("status", "2026-10", "--settings", settings);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldStartWith("mesign: storage cannot be reached: ");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Settings_that_are_not_valid_are_all_named()
    {
        using var folder = new ScratchFolder();
        var settings = folder.WriteSettings(("MeSign__Ledger__RecipientKey", "c2hvcnQ="));

        var run = await CommandRun.OfAsync("status", "2026-10", "--settings", settings);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("settings are wrong:");
        run.Error.ShouldContain("StatementStorage");
    }

    [Fact]
    public async Task A_setting_that_is_not_valid_is_named_with_its_section()
    {
        using var folder = new ScratchFolder();
        var settings = folder.WriteSettings(("StatementStorage", "UseDevelopmentStorage=true"), ("MeSign__Ledger__RecipientKey", "c2hvcnQ="));

        var run = await CommandRun.OfAsync("status", "2026-10", "--settings", settings);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("MeSign:Ledger:RecipientKey: RecipientKey has 5 bytes");
    }
}
