using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MeSign.Statements.Cli.Suppress;

/// <summary><c>mesign suppress</c>: who is written to no more, and changes to that by hand.</summary>
internal static class SuppressCommand
{
    private static readonly JsonSerializerOptions Json = new(SubmitReport.Json) { Converters = { new JsonStringEnumConverter() } };

    public static Command Create() => new ExampleCommand(
        "suppress",
        "Shows and changes the suppression list: recipients who are written to no more.",
        "mesign suppress list",
        "mesign suppress add jana@example.test --days 90",
        "mesign suppress remove jana@example.test")
    {
        List(),
        Add(),
        Remove(),
    };

    private static ExampleCommand List()
    {
        var address = new Argument<string?>("ADDRESS") { Description = "Only this recipient; the list itself holds no addresses.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line for each entry." };
        var command = new ExampleCommand(
            "list", "Shows who is on the list, since when, why, and until when.", "mesign suppress list --json", "mesign suppress list jana@example.test") { address, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var hash = parsed.GetValue(address) is { } one ? Hash(provider, one) : null;
            var entries = await provider.GetRequiredService<SuppressionList>().ListAsync(cancellationToken)
                .Where(entry => hash is null || entry.RecipientHash == hash)
                .ToArrayAsync(cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (!parsed.GetValue(json))
                CommandConsole.On(output).Write(Table(entries));
            foreach (var entry in parsed.GetValue(json) ? entries : [])
                await output.WriteLineAsync(JsonSerializer.Serialize(entry, Json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Add()
    {
        var address = Address();
        var days = new Option<int?>("--days") { Description = "For so many days; until it is removed where absent.", HelpName = "DAYS" };
        var command = new ExampleCommand("add", "Writes to a recipient no more.", "mesign suppress add jana@example.test", "mesign suppress add jana@example.test --days 90") { address, days };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(days) is < 1 or > 36_500)
                throw CommandException.Usage("--days is 1 to 36500.");

            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var now = provider.GetRequiredService<TimeProvider>().GetUtcNow();
            var expires = parsed.GetValue(days) is { } count ? now.AddDays(count) : (DateTimeOffset?)null;
            var hash = Hash(provider, parsed.GetValue(address)!);
            await provider.GetRequiredService<SuppressionList>().AddAsync(
                new Suppression(hash, SuppressionCause.Manual, Detail: null, Statement: null, now, expires), cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"added: {hash}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Remove()
    {
        var address = Address();
        var command = new ExampleCommand("remove", "Takes a recipient off the list; a job that ended as Suppressed needs a new id.", "mesign suppress remove jana@example.test") { address };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var hash = Hash(provider, parsed.GetValue(address)!);
            var removed = await provider.GetRequiredService<SuppressionList>().RemoveAsync(hash, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(removed ? $"removed: {hash}" : "not on the list.");
            return removed ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Argument<string> Address() => new("ADDRESS") { Description = "The recipient." };

    private static string Hash(ServiceProvider provider, string address) => EmailAddress.TryParse(address, out _, out var problem)
        ? provider.GetRequiredService<RecipientHasher>().Hash(address)
        : throw CommandException.Usage($"\"{address}\" is not an address: {problem}.");

    private static Table Table(IEnumerable<Suppression> entries)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Recipient", "Cause", "Detail", "Statement", "Since", "Until");
        foreach (var entry in entries)
        {
            table.AddRow(
                new Text(entry.RecipientHash[..16]),
                new Text(entry.Cause.ToString()),
                new Text(entry.Detail ?? ""),
                new Text(entry.Statement ?? ""),
                new Text(Day(entry.Since)),
                new Text(entry.Expires is { } end ? Day(end) : "removed"));
        }

        return table;
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
