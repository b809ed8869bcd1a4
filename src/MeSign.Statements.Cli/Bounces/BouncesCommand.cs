using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeSign.Statements.Cli.Settings;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MeSign.Statements.Cli.Bounces;

/// <summary><c>mesign bounces</c>: what the bounce reader makes of messages. It changes nothing.</summary>
internal static class BouncesCommand
{
    private static readonly JsonSerializerOptions Json = new(SubmitReport.Json) { Converters = { new JsonStringEnumConverter() } };

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "A message as received (.eml), an mbox, either compressed with gzip, or a folder of them, with the folders in it (Maildir).", Arity = ArgumentArity.OneOrMore };
        var match = new Option<bool>("--match") { Description = "Look up in the ledger which statement it is about; so does --settings." };
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line for each message." };
        var command = new ExampleCommand(
            "bounces",
            "Shows what the bounce reader makes of messages: kind, recipient, status, class, statement.",
            "mesign bounces returned.eml",
            "mesign bounces Maildir/new --json",
            "mesign bounces returned.eml --settings bank.json")
        {
            paths,
            match,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var exitCode = ExitCodes.Ok;
            void Unreadable(string path, Exception exception)
            {
                errors.WriteLine($"{path} cannot be read: {exception.Message}");
                exitCode = ExitCodes.Failed;
            }

            var files = parsed.GetValue(paths)!.SelectMany(path => MessageFolder.Find(path, Unreadable)).ToArray();
            await using var provider = parsed.GetValue(match) || parsed.GetValue(SettingsOption.Instance) is not null ? StatementsProvider.Create(parsed.GetValue(SettingsOption.Instance)) : null;
            var ledger = provider?.GetRequiredService<StatementLedger>();
            var views = new List<BounceView>();
            foreach (var (file, isEmpty) in files)
            {
                if (isEmpty)
                    await errors.WriteLineAsync($"{file} has no length (an empty file, a pipe, a socket or a device): nothing of it was read.");
                try
                {
                    foreach (var (index, message) in (isEmpty ? [default] : MessageFile.Read(file)).Index())
                    {
                        var report = BounceReader.Read(message);
                        var row = ledger is null ? null : await ledger.FindByMessageAsync(report.References, cancellationToken);
                        var view = BounceView.Of(file, index + 1, report, row);
                        if (parsed.GetValue(json))
                            await output.WriteLineAsync(JsonSerializer.Serialize(view, Json));
                        else
                            views.Add(view);
                    }
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
                {
                    // One that cannot be read, or is damaged gzip, keeps none of the others from being read.
                    Unreadable(file, exception);
                }
            }

            if (!parsed.GetValue(json))
                AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(Table(views));
            return exitCode;
        });
        return command;
    }

    private static Table Table(IEnumerable<BounceView> views)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("File", "Kind", "Recipient", "Status", "Class", "Statement");
        foreach (var view in views)
        {
            foreach (var recipient in view.Report.Recipients.DefaultIfEmpty(new BouncedRecipient(null, view.Report.Kind, BounceClass.Uncategorized, null, null, null)))
            {
                table.AddRow(
                    new Text(Path.GetFileName(view.File)),
                    new Text(recipient.Kind.ToString()),
                    new Text(recipient.Address ?? ""),
                    new Text(string.Join(' ', new[] { recipient.ReplyCode?.ToString(System.Globalization.CultureInfo.InvariantCulture), recipient.Status }.OfType<string>())),
                    new Text(recipient.Kind is BounceKind.Failure or BounceKind.Delayed ? recipient.Class.ToString() : ""),
                    new Text(view.Statement is { } statement ? statement.Job is null ? $"message {statement.Message}" : $"{statement.Batch}/{statement.Job}" : ""));
            }
        }

        return table;
    }
}
