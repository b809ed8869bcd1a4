using MeSign.Statements.Cli;
using MeSign.Statements.Cli.Settings;

namespace MeSign.Statements.Tests.Cli.Settings;

public class SettingsFileTests
{
    [Fact]
    public void Reads_the_form_of_local_settings_json()
    {
        using var folder = new ScratchFolder();
        var file = folder.Write("local.settings.json", """
            {
              // The Functions tools allow comments.
              "IsEncrypted": false,
              "Values": {
                "MeSign__Runner__Lease": "00:02:00",
                "MeSign:Runner:StopWithin": "00:00:05",
                "MeSign__Ledger__StoreAddresses": true,
              }
            }
            """);

        var settings = SettingsFile.Load(new FileInfo(file));

        settings["MeSign:Runner:Lease"].ShouldBe("00:02:00");
        settings["MeSign:Runner:StopWithin"].ShouldBe("00:00:05");
        settings["MeSign:Ledger:StoreAddresses"].ShouldBe("true");
    }

    [Fact]
    public void The_environment_overrides_the_file()
    {
        using var folder = new ScratchFolder();
        var name = "MESIGN_TEST_" + Guid.NewGuid().ToString("N");
        var file = folder.WriteSettings((name + "__Value", "file"));
        Environment.SetEnvironmentVariable(name + "__Value", "environment");
        try
        {
            SettingsFile.Load(new FileInfo(file))[name + ":Value"].ShouldBe("environment");
        }
        finally
        {
            Environment.SetEnvironmentVariable(name + "__Value", null);
        }
    }

    [Theory]
    [InlineData("""{ "Values": """, "is not JSON: line 1")]
    [InlineData("""{ "MeSign": {} }""", "has no object \"Values\"")]
    [InlineData("""{ "IsEncrypted": true, "Values": {} }""", "is encrypted")]
    [InlineData("""{ "Values": { "MeSign": { "Runner": {} } } }""", "\"MeSign\" is not a text")]
    [InlineData("""{ "Values": { "A__B": "1", "a:b": "2" } }""", "has a setting twice")]
    public void Says_what_is_wrong_with_a_file(string content, string problem)
    {
        using var folder = new ScratchFolder();
        var file = folder.Write("settings.json", content);

        var failure = Should.Throw<CommandException>(() => SettingsFile.Load(new FileInfo(file)));

        failure.ExitCode.ShouldBe(2);
        failure.Message.ShouldContain(file);
        failure.Message.ShouldContain(problem);
    }
}
