using MeSign.Statements.Cli.Runner;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Cli.Runner;

public class QueueSettingsTests
{
    [Fact]
    public void Come_from_the_host_json_of_the_repository()
    {
        var settings = Load(Path.Combine(Repository.Root, "host.json"));

        settings.BatchSize.ShouldBe(16);
        settings.NewBatchThreshold.ShouldBe(8);
        settings.MaxDequeueCount.ShouldBe(5);
        settings.VisibilityTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        settings.MaxPollingInterval.ShouldBe(TimeSpan.FromSeconds(2));
        settings.MessageEncoding.ShouldBe("none");
    }

    [Fact]
    public void Are_beside_the_program_by_default()
    {
        Load(null).MessageEncoding.ShouldBe("none");
    }

    [Fact]
    public void Have_the_defaults_of_the_Functions_host()
    {
        using var folder = new ScratchFolder();
        var file = folder.Write("host.json", """{ "version": "2.0", "extensions": { "queues": { "messageEncoding": "none", "batchSize": 12 } } }""");

        var settings = Load(file);

        settings.Threshold.ShouldBe(6);
        settings.MaxDequeueCount.ShouldBe(5);
        settings.VisibilityTimeout.ShouldBe(TimeSpan.Zero);
        settings.MaxPollingInterval.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Settings_named_as_the_Functions_host_names_them_go_first()
    {
        Load(null, ("AzureFunctionsJobHost:extensions:queues:batchSize", "32")).BatchSize.ShouldBe(32);
    }

    [Theory]
    [InlineData("\"batchSize\": 33", "BatchSize")]
    [InlineData("\"maxDequeueCount\": 0", "MaxDequeueCount")]
    [InlineData("\"visibilityTimeout\": \"8.00:00:00\"", "VisibilityTimeout")]
    [InlineData("\"messageEncoding\": \"base64\"", "messageEncoding")]
    public void Wrong_ones_are_named(string setting, string name)
    {
        using var folder = new ScratchFolder();
        var file = folder.Write("host.json", $$"""{ "extensions": { "queues": { {{setting}} } } }""");

        Should.Throw<OptionsValidationException>(() => Load(file)).Message.ShouldContain(name);
    }

    [Fact]
    public void A_host_has_time_to_let_messages_finish()
    {
        using var provider = Provider(null, ("MeSign:Runner:StopWithin", "00:02:00"));

        provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.ShouldBe(TimeSpan.FromSeconds(130));
    }

    private static QueueSettings Load(string? hostJson, params (string Name, string Value)[] settings)
    {
        using var provider = Provider(hostJson, settings);
        return provider.GetRequiredService<IOptions<QueueSettings>>().Value;
    }

    private static ServiceProvider Provider(string? hostJson, params (string Name, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)))
            .Build())
        .AddRunner(hostJson)
        .BuildServiceProvider();
}
