using System.CommandLine;
using MeSign.Statements.Cli.Verify;

namespace MeSign.Statements.Cli.Open;

/// <summary><c>mesign open</c>: decrypts one message, judges it, and hands out what is in it. Needs no settings and no network.</summary>
internal static class OpenCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE.eml") { Description = "The message as it was received." };
        var to = new Option<DirectoryInfo?>("--to") { Description = "Folder for the texts and attachments; nothing in it is overwritten. Without it the text is shown.", HelpName = "DIR" };
        var evenInvalid = new Option<bool>("--even-invalid") { Description = "Hand out the content although something speaks against the message: anyone can have written it." };
        var json = new Option<bool>("--json") { Description = "Print verdict and files as one line of JSON." };
        var options = new VerifierOptions();
        var command = new ExampleCommand(
            "open",
            "Decrypts a message with a given key, says what 'verify' says of it, and shows its text or writes its parts to files; ends with 0 only when all of it is valid.",
            "mesign open message.eml --trust root.pem --key jana.p12 --password-file jana.password",
            "mesign open message.eml --trust root.pem --crl issuing.crl --key jana.pem --to opened/")
        {
            file,
            to,
            evenInvalid,
            json,
        };
        options.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw CommandException.Usage($"{path} does not exist.");

            var (verdict, message) = options.Verifier(parsed).Open(path);
            var output = parsed.InvocationConfiguration.Output;
            var report = new VerdictReport(output, parsed.GetValue(json), options.ChecksRevocation(parsed));

            // What was spliced, stripped or sent on is best not looked at: a mail program's reader did not ask for it.
            var content = message is { IsValid: true } || parsed.GetValue(evenInvalid) ? message : null;
            var files = content is not null && parsed.GetValue(to) is { } folder ? MessageParts.Of(content).WriteTo(folder) : [];
            report.Write(verdict with { Written = files });
            if (!parsed.GetValue(json))
                Show(output, message is not null && content is null, parsed.GetValue(to) is null ? content?.Text : null);
            return Task.FromResult(report.End());
        });
        return command;
    }

    private static void Show(TextWriter output, bool isWithheld, string? text)
    {
        if (isWithheld)
            output.WriteLine("Its content is not handed out: something speaks against it (--even-invalid does so all the same).\n");
        if (text is null)
            return;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
            output.WriteLine($"    {PlainText.Of(line)}");
        output.WriteLine();
    }
}
