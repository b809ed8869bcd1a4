using System.Text.Json;

namespace MeSign.Statements.Intake;

/// <summary>What the columns of a CSV manifest mean: a JSON object of version 1, kept as a blob beside the manifest.</summary>
/// <param name="Delimiter">Between the cells.</param>
/// <param name="Columns">The job field that each named column fills.</param>
/// <param name="Constants">Job fields that are the same in every row where no column fills them.</param>
/// <param name="Issuers">Job fields by issuer, for what neither a column nor a constant fills.</param>
public sealed record CsvMapping(
    char Delimiter,
    IReadOnlyDictionary<string, string> Columns,
    IReadOnlyDictionary<string, string> Constants,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Issuers)
{
    private const int MaxColumns = 500;
    private const int MaxText = 1000;

    /// <summary>The fields of a job that a cell can fill, besides <c>fields.&lt;name&gt;</c>.</summary>
    public static IReadOnlyList<string> Targets { get; } =
    [
        "id", "issuer", "kind", "template", "encryption", "expires",
        "document.blob", "document.sha256", "document.name", "recipient.email", "recipient.name", "recipient.locale",
    ];

    /// <param name="json">UTF-8.</param>
    /// <exception cref="StatementFailedException">The first fault, named by its place in the mapping.</exception>
    public static CsvMapping Read(ReadOnlyMemory<byte> json)
    {
        var root = new JobObject(JobBody.Parse(json.Span, "the mapping"), "");
        root.RequireVersion(1);
        root.RefuseUnknown("version", "delimiter", "columns", "constants", "issuers");

        var columns = Texts(root, "columns");
        if (columns.Count is 0 or > MaxColumns)
            throw root.Fault(FailureCode.InvalidField, "columns", $"names {columns.Count} columns: name 1 to {MaxColumns} as \"column\": \"job field\"");
        foreach (var (column, target) in columns)
            Require(root, $"columns.{column}", target);
        if (columns.GroupBy(column => column.Value, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw root.Fault(FailureCode.InvalidField, "columns", $"has two columns for {twice.Key}: {string.Join(" and ", twice.Select(column => JobText.Quote(column.Key)))}");

        return new CsvMapping(ReadDelimiter(root), columns, Values(root, "constants"), ReadIssuers(root));
    }

    private static char ReadDelimiter(JobObject root) => root.OptionalElement("delimiter") switch
    {
        null => ',',
        { ValueKind: JsonValueKind.String } text when text.GetString() is [',' or ';' or '\t' or '|'] one => one[0],
        _ => throw root.Fault(FailureCode.InvalidField, "delimiter", "is not one of , ; | or a tab (\"\\t\")"),
    };

    private static Dictionary<string, IReadOnlyDictionary<string, string>> ReadIssuers(JobObject root)
    {
        var issuers = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (root.OptionalElement("issuers") is not { } element)
            return issuers;

        var all = new JobObject(element, "issuers");
        foreach (var issuer in element.EnumerateObject())
            issuers[issuer.Name] = Values(all, issuer.Name);
        return issuers;
    }

    private static Dictionary<string, string> Values(JobObject parent, string name)
    {
        var values = Texts(parent, name);
        foreach (var target in values.Keys)
            Require(parent, name, target);
        return values;
    }

    private static Dictionary<string, string> Texts(JobObject parent, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (parent.OptionalElement(name) is not { } element)
            return texts;

        var members = new JobObject(element, name);
        foreach (var member in element.EnumerateObject())
            texts[member.Name] = members.RequiredText(member.Name, MaxText);
        return texts;
    }

    private static void Require(JobObject parent, string name, string target)
    {
        if (!Targets.Contains(target, StringComparer.Ordinal) && !(target.StartsWith("fields.", StringComparison.Ordinal) && JobText.IsFieldName(target.AsSpan("fields.".Length))))
            throw parent.Fault(FailureCode.InvalidField, name, $"says {JobText.Quote(target)}, which is no field of a job: use {string.Join(", ", Targets)} or fields.name");
    }
}
