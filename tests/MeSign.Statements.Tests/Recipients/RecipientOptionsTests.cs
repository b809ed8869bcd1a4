using MeSign.Statements.Recipients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Recipients;

public sealed class RecipientOptionsTests
{
    [Fact]
    public void Names_every_fault_at_once()
    {
        var fault = Should.Throw<OptionsValidationException>(() => Options(
            ("Roots:0", "/nowhere/roots.pem"), ("Intermediates:0", "/nowhere/between"), ("Crls:0", "/nowhere/crls"), ("Folder", "/nowhere/folder"), ("CacheTime", "1.00:00:00")));

        string[] names = ["/nowhere/roots.pem does not exist", "/nowhere/between does not exist", "/nowhere/crls does not exist", "\"/nowhere/folder\" does not exist", "CacheTime"];
        foreach (var name in names)
            fault.Failures.ShouldContain(failure => failure.Contains(name), name);
    }

    [Fact]
    public void Refuses_to_trust_nobody() =>
        Should.Throw<OptionsValidationException>(() => Options()).Message.ShouldContain("Roots");

    private static RecipientOptions Options(params (string Key, string Value)[] settings)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(pair => $"MeSign:Recipients:{pair.Key}", pair => (string?)pair.Value)).Build())
            .AddRecipients()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<RecipientOptions>>().Value;
    }
}
