using System.CommandLine;
using MeSign.Statements.Cli.Retry;
using MeSign.Statements.Cli.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Erase;

/// <summary><c>mesign erase</c>: drops a person and keeps the proof.</summary>
internal static class EraseCommand
{
    public static Command Create()
    {
        var address = new Argument<string>("ADDRESS") { Description = "The recipient, however the address is spelled." };
        var yes = new Option<bool>("--yes") { Description = "Do it; it cannot be undone." };
        var by = Operator.Option();
        var command = new ExampleCommand(
            "erase",
            "Erases a recipient from all statements that have ended: messages, documents, hashes of the address. The proof stays, and the audit holds.",
            "mesign erase jana@example.test --yes --by \"data protection 4711\"")
        {
            address,
            yes,
            by,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(yes))
                throw CommandException.Usage("erasing cannot be undone: confirm it with --yes.");

            if (!EmailAddress.TryParse(parsed.GetValue(address)!, out _, out var problem))
                throw CommandException.Usage($"ADDRESS is not an address: {problem}.");

            await using var provider = StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance));
            var (erased, onTheWay) = await provider.GetRequiredService<Erasure>().EraseAsync(parsed.GetValue(address)!, parsed.GetValue(by)!, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"{erased} statements erased.");
            foreach (var key in onTheWay)
                await output.WriteLineAsync($"{key} is still on the way: erase again when it has ended.");
            return onTheWay.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }
}
