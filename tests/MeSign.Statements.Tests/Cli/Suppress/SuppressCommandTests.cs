using System.Text.Json;
using Azure.Data.Tables;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Cli.Suppress;

public sealed class SuppressCommandTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private string _settings = "";

    public async ValueTask InitializeAsync()
    {
        var connection = (await azurite.NewAccountAsync()).ConnectionString;
        await new TableServiceClient(connection).CreateTableAsync(StorageNames.Suppressions, TestContext.Current.CancellationToken);
        _settings = _folder.WriteSettings(("StatementStorage", connection), ("MeSign__Ledger__RecipientKey", Convert.ToBase64String(new byte[32])));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Adds_lists_and_removes_a_recipient_without_keeping_the_address()
    {
        (await CommandRun.OfAsync("suppress", "add", "Jana@Example.test", "--days", "30", "--settings", _settings)).ExitCode.ShouldBe(0);
        (await CommandRun.OfAsync("suppress", "add", "petr@example.test", "--settings", _settings)).ExitCode.ShouldBe(0);

        var all = await CommandRun.OfAsync("suppress", "list", "--json", "--settings", _settings);
        var one = await CommandRun.OfAsync("suppress", "list", "jana@example.test", "--json", "--settings", _settings);

        all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        all.Output.ShouldNotContain("example.test");
        var entry = JsonDocument.Parse(one.Output).RootElement;
        entry.GetProperty("cause").GetString().ShouldBe("Manual");
        (entry.GetProperty("expires").GetDateTimeOffset() - entry.GetProperty("since").GetDateTimeOffset()).ShouldBe(TimeSpan.FromDays(30));
        (await CommandRun.OfAsync("suppress", "remove", "JANA@example.test", "--settings", _settings)).ExitCode.ShouldBe(0);
        (await CommandRun.OfAsync("suppress", "remove", "jana@example.test", "--settings", _settings)).ExitCode.ShouldBe(1);
        (await CommandRun.OfAsync("suppress", "list", "--settings", _settings)).Output.ShouldContain("Manual");
    }

    [Theory]
    [InlineData("add", "jana@")]
    [InlineData("remove", "jana")]
    public async Task Refuses_what_is_no_address(string verb, string address)
    {
        var run = await CommandRun.OfAsync("suppress", verb, address, "--settings", _settings);

        (run.ExitCode, run.Error).ShouldBe((2, run.Error));
        run.Error.ShouldContain("is not an address");
    }
}
