using System.Globalization;
using System.Text.Json;

namespace MeSign.Statements.Intake;

/// <summary>The free part of a job, <c>fields</c>: what a template can read, and nothing that costs more than it says.</summary>
internal static class JobFields
{
    private const string Root = "fields";

    public static IReadOnlyDictionary<string, JsonElement> Read(JsonElement? fields)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (fields is not { } element)
            return values;
        if (element.ValueKind != JsonValueKind.Object)
            throw Fault(FailureCode.InvalidField, Root, $"is {JobObject.Describe(element)}: give an object");

        CheckObject(element, Root, depth: 1);
        foreach (var member in element.EnumerateObject())
            values.Add(member.Name, member.Value);
        return values;
    }

    private static void Check(JsonElement value, string path, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(value, path, depth);
                break;
            case JsonValueKind.Array:
                CheckList(value, path, depth);
                break;
            case JsonValueKind.String:
                CheckText(JobObject.Unescape(value, path), path);
                break;
            case JsonValueKind.Number when !value.TryGetDecimal(out _):
                // Templates calculate in decimal: what does not fit would be shown as another amount.
                throw Fault(FailureCode.InvalidField, path, "is a number that a decimal cannot hold: send it as text");
            case JsonValueKind.Null:
                throw Fault(FailureCode.InvalidField, path, "is null: leave it out");
        }
    }

    private static void CheckObject(JsonElement value, string path, int depth)
    {
        CheckDepth(path, depth);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = JobObject.NameOf(member, path);
            if (!JobText.IsFieldName(name))
            {
                throw Fault(FailureCode.InvalidField, path,
                    $"has the name {JobText.Quote(name)}: a letter or _, then letters, digits and _, at most {JobLimits.IdLength}");
            }

            if (!names.Add(name))
                throw Fault(FailureCode.InvalidField, $"{path}.{name}", "is given twice: keep one");
            CheckCount(path, names.Count);
            Check(member.Value, $"{path}.{name}", depth + 1);
        }
    }

    private static void CheckList(JsonElement value, string path, int depth)
    {
        CheckDepth(path, depth);
        CheckCount(path, value.GetArrayLength());
        var index = 0;
        foreach (var item in value.EnumerateArray())
            Check(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), depth + 1);
    }

    private static void CheckText(string text, string path)
    {
        // Paragraphs are welcome in a body; what cannot be shown is not.
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r'))
                throw Fault(FailureCode.InvalidField, path, string.Create(CultureInfo.InvariantCulture, $"holds the control character U+{(int)c:X4}: remove it"));
        }
    }

    private static void CheckDepth(string path, int depth)
    {
        if (depth > JobLimits.FieldDepth)
            throw Fault(FailureCode.OversizedField, path, $"is nested deeper than {JobLimits.FieldDepth} levels");
    }

    private static void CheckCount(string path, int count)
    {
        if (count > JobLimits.FieldItems)
            throw Fault(FailureCode.OversizedField, path, $"has more than {JobLimits.FieldItems} items");
    }

    private static StatementFailedException Fault(FailureCode code, string path, string problem) => new(code, $"{path} {problem}");
}
