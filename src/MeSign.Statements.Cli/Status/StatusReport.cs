using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Ledger;
using MeSign.Statements.Operations;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MeSign.Statements.Cli.Status;

/// <summary>Statements as tables for a person, or as JSON for a program.</summary>
internal static class StatusReport
{
    private const int LongestList = 40;

    private static readonly JsonSerializerOptions Json = new(SubmitReport.Json) { Converters = { new JsonStringEnumConverter() }, WriteIndented = true };

    /// <returns><c>{ counts: { state: n }, statements: [ … ] }</c></returns>
    public static string ToJson(IReadOnlyList<StatementView> statements) => JsonSerializer.Serialize(
        new { counts = Counts(statements).ToDictionary(count => count.State.ToString(), count => count.Number, StringComparer.Ordinal), statements }, Json);

    public static IRenderable ToTables(IReadOnlyList<StatementView> statements)
    {
        if (statements.Count == 0)
            return new Text("No statement found.\n");

        // What needs a look first, what went well last.
        var listed = statements
            .OrderByDescending(statement => statement.IsTrouble).ThenBy(statement => statement.State.IsEnd()).ThenByDescending(statement => statement.Updated)
            .Take(LongestList).ToArray();
        var parts = new List<IRenderable> { CountTable(statements), ListTable(listed) };
        if (listed.Length < statements.Count)
            parts.Add(new Text($"{statements.Count - listed.Length} more; all of them with --json, fewer with --state."));
        if (statements.Count == 1)
            parts.Add(Detail(statements[0]));
        return new Rows(parts);
    }

    private static IEnumerable<(StatementState State, int Number)> Counts(IReadOnlyList<StatementView> statements) =>
        statements.CountBy(statement => statement.State).OrderBy(count => count.Key).Select(count => (count.Key, count.Value));

    private static Table CountTable(IReadOnlyList<StatementView> statements)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("State").AddColumn(new TableColumn("Statements").RightAligned());
        foreach (var (state, number) in Counts(statements))
            table.AddRow(Coloured(state), new Text(number.ToString(CultureInfo.InvariantCulture)));
        return table.AddRow(new Text("All"), new Text(statements.Count.ToString(CultureInfo.InvariantCulture)));
    }

    private static Table ListTable(IEnumerable<StatementView> statements)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("Batch", "Job", "State", "Encrypted", "Updated", "Why");
        foreach (var one in statements)
        {
            table.AddRow(
                new Text(one.Batch),
                new Text(one.Job),
                Coloured(one.State),
                new Text(one.Encrypted switch { true => "yes", false => "signed only", null => "" }),
                new Text(Time(one.Updated)),
                new Text(PlainText.Of(Why(one))));
        }

        return table;
    }

    private static Grid Detail(StatementView one)
    {
        var grid = new Grid().AddColumn().AddColumn();
        foreach (var (name, value) in new (string, string?)[]
        {
            ("Issuer", one.Issuer),
            ("Message-ID", one.MessageId),
            ("Signature timestamp", Time(one.Timestamp)),
            ("Received", Time(one.Received)),
            ("Next attempt", Time(one.NextAttempt)),
            ("Expires", Time(one.Expires)),
            ("Attempts", one.Attempts.ToString(CultureInfo.InvariantCulture)),
            ("Relay's last reply", one.RelayReply),
            ("Document SHA-256", one.DocumentSha256),
            ("Message SHA-256", one.SealedSha256),
            ("Document repaired", one.Repaired),
            ("Rejected certificates", one.RejectedCertificates),
            ("Complaint", one.Complaint),
        })
        {
            if (!string.IsNullOrEmpty(value))
                grid.AddRow(new Text(name), new Text(PlainText.Of(value)));
        }

        return grid;
    }

    private static string Why(StatementView one) => (one.Code, one.Detail) switch
    {
        ({ } code, { } detail) => $"{code}: {detail}",
        ({ } code, null) => code.ToString(),
        (null, { } detail) => detail,
        _ => "",
    };

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    private static Text Coloured(StatementState state) => new(state.ToString(), new Style(state switch
    {
        StatementState.Relayed or StatementState.Delivered => Color.Green,
        StatementState.Held or StatementState.Deferred or StatementState.Expired or StatementState.Suppressed => Color.Yellow,
        StatementState.Failed or StatementState.Abandoned or StatementState.Bounced or StatementState.Uncertain => Color.Red,
        _ => Color.Default,
    }));
}
