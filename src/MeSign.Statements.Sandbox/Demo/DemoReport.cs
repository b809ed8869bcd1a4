using System.Globalization;
using MeSign.Statements.Ledger;
using Spectre.Console;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>What the demo says when it is done.</summary>
/// <param name="console">For tables.</param>
/// <param name="output">The same place, for lines that must not be wrapped: they are to be copied.</param>
internal sealed class DemoReport(IAnsiConsole console, TextWriter output)
{
    private const int MostProblems = 20;

    public void Say(string line) => output.WriteLine(line);

    public void Outcomes(IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<OpenedMail> mails, IReadOnlyList<string> problems)
    {
        output.WriteLine();
        console.Write(Table(outcomes));
        console.Write(Checks(outcomes, mails));
        List<string> all =
        [
            .. problems,
            .. outcomes.SelectMany(outcome => outcome.Problems.Select(problem => $"{outcome.Batch}/{outcome.Job} to {outcome.Recipient}: {problem}")),
        ];
        if (all.Count == 0)
        {
            output.WriteLine(Invariant($"Every one of {outcomes.Count} statements is accounted for, and everything that arrived is as it should be."));
            return;
        }

        output.WriteLine(Invariant($"NOT AS IT SHOULD BE ({all.Count}):"));
        foreach (var problem in all.Take(MostProblems))
            output.WriteLine("  " + problem);
        if (all.Count > MostProblems)
            output.WriteLine(Invariant($"  and {all.Count - MostProblems} more in outcomes.json"));
    }

    public void Timing(int count, TimeSpan sent, TimeSpan whole) => output.WriteLine(Invariant(
        $"{count} outcomes in {sent.TotalSeconds:0.0} s ({count / sent.TotalSeconds:0.0} a second); {whole.TotalSeconds:0.0} s from start to end."));

    public void WhatNext(DemoFolder folder, IReadOnlyList<DemoOutcome> outcomes, bool keeps)
    {
        string In(string name) => Shell(Path.Combine(folder.Path, name));

        output.WriteLine();
        output.WriteLine($"Everything is in {folder.Path}: outcomes.json, mail/, documents/original, documents/signed, recipients/, root.pem, issuing.crl, demo.log.");
        if (outcomes.FirstOrDefault(outcome => outcome is { Mail: not null, Encrypted: true }) is { } example)
        {
            output.WriteLine("Check one with your own tools:");
            output.WriteLine();
            output.WriteLine($"  cd {Shell(folder.Path)}");
            output.WriteLine($"  openssl cms -decrypt -in {example.Mail} -recip recipients/{example.Recipient}.pem -inkey recipients/{example.Recipient}.key -out signed.eml");
            output.WriteLine("  openssl cms -verify -in signed.eml -CAfile root.pem -out message.txt");
            output.WriteLine($"  pdfsig {example.Signed}");
            output.WriteLine($"  qpdf --check {example.Signed}");
            output.WriteLine($"  cmp -n $(stat -c %s {example.Original}) {example.Original} {example.Signed}");
            output.WriteLine();
        }

        output.WriteLine("Or all of them with ours, which says who signed, since when, and who can open it:");
        output.WriteLine();
        output.WriteLine($"  mesign verify {In("mail")} {In(Path.Combine("documents", "signed"))} --trust {In("root.pem")} --crl {In("issuing.crl")} --key {In("recipients")}");
        output.WriteLine();
        if (!keeps)
            output.WriteLine("Keep all of it running, and send one of your own: dotnet run --project src/MeSign.Statements.Sandbox -- --keep");
    }

    public void Running(DemoFolder folder, RunningSandbox sandbox)
    {
        var settings = Shell(folder.Settings);
        output.WriteLine();
        output.WriteLine("Still running, on 127.0.0.1 only, until Ctrl+C:");
        output.WriteLine(Invariant($"  storage      blobs {sandbox.Azurite.Ports.Blob}, queues {sandbox.Azurite.Ports.Queue}, tables {sandbox.Azurite.Ports.Table} (connection string in settings.json)"));
        output.WriteLine($"  timestamps   {sandbox.Timestamps.TimestampAddress}");
        output.WriteLine(Invariant($"  relay        smtp://localhost:{sandbox.Sink.Port} (STARTTLS), smtps://localhost:{sandbox.Sink.ImplicitTlsPort}"));
        output.WriteLine("In a second terminal:");
        output.WriteLine();
        output.WriteLine("  alias mesign='dotnet run --project src/MeSign.Statements.Cli --'");
        output.WriteLine(
            $"  mesign submit --settings {settings} --issuer {RunningSandbox.IssuerId} --to {sandbox.Recipients.Keys.First()} --batch by-hand --id 1"
            + $" --document {Shell(Path.Combine(folder.Originals, "000001.pdf"))} --field period=\"October 2026\" --field account=…4711");
        output.WriteLine($"  mesign status --settings {settings} by-hand");
        output.WriteLine();
        output.Flush();
    }

    private static Table Table(IReadOnlyList<DemoOutcome> outcomes)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Outcome")
            .AddColumn("Expected", column => column.RightAligned()).AddColumn("Actual", column => column.RightAligned()).AddColumn("Reason of the first");
        var kinds = outcomes.Select(outcome => outcome.Expected).Concat(outcomes.Select(outcome => outcome.Actual))
            .Distinct(StringComparer.Ordinal).OrderByDescending(kind => outcomes.Count(outcome => outcome.Expected == kind)).ThenBy(kind => kind, StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            var (expected, actual) = (outcomes.Count(outcome => outcome.Expected == kind), outcomes.Count(outcome => outcome.Actual == kind));
            var color = expected == actual ? "green" : "red";
            table.AddRow(
                Markup.Escape(kind), Invariant($"{expected}"), Invariant($"[{color}]{actual}[/]"),
                Markup.Escape(outcomes.FirstOrDefault(outcome => outcome.Actual == kind && outcome.Detail is not null)?.Detail ?? ""));
        }

        return table;
    }

    private static Table Checks(IReadOnlyList<DemoOutcome> outcomes, IReadOnlyList<OpenedMail> mails)
    {
        var relayed = outcomes.Count(outcome => outcome.State == StatementState.Relayed);
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Checked").AddColumn("Good", column => column.RightAligned()).AddColumn("Of", column => column.RightAligned());
        Row("Mails opened with their recipient's key", mails.Count(mail => mail is { IsEncrypted: true, Message.Encryption.OpenedBy: not null }), mails.Count(mail => mail.IsEncrypted));
        Row("Signatures of mails, leading to root.pem", mails.Count(mail => mail.Message?.Signature?.Verdict.IsValid == true), relayed);
        Row("Timestamps of mails", mails.Count(mail => mail.Timestamp is not null), relayed);
        Row("Protected header fields", mails.Count(mail => mail.Message?.HeaderProtection.Protection is not null), relayed);
        Row("Mails with nothing to say against them", mails.Count(mail => mail.Problems.Count == 0), relayed);
        Row("PDFs certified and timestamped (PAdES B-T)", mails.Count(mail => mail.PdfVerdict?.IsValid == true), relayed);
        Row("Jobs where ledger, mail, results and plan agree", outcomes.Count(outcome => outcome.Problems.Count == 0), outcomes.Count);
        return table;

        void Row(string what, int good, int of) => table.AddRow(what, Invariant($"[{(good == of ? "green" : "red")}]{good}[/]"), Invariant($"{of}"));
    }

    /// <summary>For a POSIX shell; plain where that is enough.</summary>
    private static string Shell(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        ? path
        : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
