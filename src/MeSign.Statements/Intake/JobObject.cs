using System.Globalization;
using System.Text.Json;

namespace MeSign.Statements.Intake;

/// <summary>One object of the contract, read strictly: every fault is thrown with the path of the field that has it.</summary>
internal sealed class JobObject
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly string _path;

    /// <param name="path">Path of the object, empty for the whole message.</param>
    /// <exception cref="StatementFailedException">InvalidField: not an object, or a name given twice.</exception>
    public JobObject(JsonElement element, string path)
    {
        _path = path;
        if (element.ValueKind != JsonValueKind.Object)
            throw new StatementFailedException(FailureCode.InvalidField, $"{path} is {Describe(element)}: give an object");

        foreach (var member in element.EnumerateObject())
        {
            var name = NameOf(member, path);
            if (!_members.TryAdd(name, member.Value))
                throw Fault(FailureCode.InvalidField, name, "is given twice: keep one");
        }
    }

    public bool Has(string name) => _members.ContainsKey(name);

    /// <exception cref="StatementFailedException">UnknownField.</exception>
    public void RefuseUnknown(params ReadOnlySpan<string> known)
    {
        foreach (var name in _members.Keys)
        {
            if (!known.Contains(name))
            {
                var owner = _path.Length == 0 ? "a version 1 message" : _path;
                throw Fault(FailureCode.UnknownField, name, $"is not a field of the contract: {owner} has {string.Join(", ", known)}");
            }
        }
    }

    /// <summary>A text of one line.</summary>
    public string RequiredText(string name, int maxLength)
    {
        if (!_members.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
            throw Fault(FailureCode.MissingField, name, "is absent: it is required");
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals(""))
            throw Fault(FailureCode.MissingField, name, "is empty: it is required");
        return Text(name, value, maxLength);
    }

    /// <summary>A text of any form and length: for a field with rules and a code of its own.</summary>
    public string RequiredRawText(string name)
    {
        if (!_members.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
            throw Fault(FailureCode.MissingField, name, "is absent: it is required");
        if (value.ValueKind != JsonValueKind.String)
            throw Fault(FailureCode.InvalidField, name, $"is {Describe(value)}: give a text");
        var text = Unescape(value, PathOf(name));
        return text.Length > 0 ? text : throw Fault(FailureCode.MissingField, name, "is empty: it is required");
    }

    /// <summary>A text of one line, or null where the field is absent.</summary>
    public string? OptionalText(string name, int maxLength)
    {
        if (!_members.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals(""))
            throw Fault(FailureCode.InvalidField, name, "is empty: leave it out");
        return Text(name, value, maxLength);
    }

    public JobObject RequiredObject(string name) => OptionalObject(name) ?? throw Fault(FailureCode.MissingField, name, "is absent: it is required");

    public JobObject? OptionalObject(string name) => _members.TryGetValue(name, out var value) ? new JobObject(value, PathOf(name)) : null;

    public JsonElement? OptionalElement(string name) => _members.TryGetValue(name, out var value) ? value : null;

    /// <exception cref="StatementFailedException">MissingField, InvalidField or UnknownVersion.</exception>
    public void RequireVersion(int version)
    {
        if (!_members.TryGetValue("version", out var value))
            throw Fault(FailureCode.MissingField, "version", $"is absent: this release reads {version}");
        if (value.ValueKind != JsonValueKind.Number)
            throw Fault(FailureCode.InvalidField, "version", $"is {Describe(value)}: give the number {version}");
        if (!value.TryGetDecimal(out var given) || given != version)
            throw Fault(FailureCode.UnknownVersion, "version", $"{JobText.Quote(value.GetRawText()).Trim('"')} is unknown: this release reads {version}");
    }

    /// <summary>A whole number from 0, or 0 where the field is absent.</summary>
    public long OptionalCount(string name)
    {
        if (!_members.TryGetValue(name, out var value))
            return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count >= 0
            ? count
            : throw Fault(FailureCode.InvalidField, name, "is not a whole number from 0");
    }

    public StatementFailedException Fault(FailureCode code, string name, string problem) => new(code, $"{PathOf(name)} {problem}");

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="StatementFailedException">InvalidField: half of a surrogate pair.</exception>
    public static string Unescape(JsonElement value, string path)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            // \ud800 alone is JSON but not text (RFC 8259 §8.2).
            throw new StatementFailedException(FailureCode.InvalidField, $"{path} holds half of a surrogate pair: send whole characters", fault);
        }
    }

    public static string NameOf(JsonProperty member, string path)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException fault)
        {
            var owner = path.Length == 0 ? "the message" : path;
            throw new StatementFailedException(FailureCode.UnknownField, $"{owner} has a name with half of a surrogate pair: send whole characters", fault);
        }
    }

    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private string Text(string name, JsonElement value, int maxLength)
    {
        if (value.ValueKind == JsonValueKind.Null)
            throw Fault(FailureCode.InvalidField, name, "is null: leave it out");
        if (value.ValueKind != JsonValueKind.String)
            throw Fault(FailureCode.InvalidField, name, $"is {Describe(value)}: give a text");

        var text = Unescape(value, PathOf(name));
        if (JobText.IndexOfUnsafe(text) is var at and >= 0)
            throw Fault(FailureCode.UnsafeHeader, name, string.Create(CultureInfo.InvariantCulture, $"holds the control character U+{(int)text[at]:X4}: send one line of plain text"));

        // Characters as JSON Schema counts them (maxLength): code points, not UTF-16 units.
        var length = text.EnumerateRunes().Count();
        if (length > maxLength)
            throw Fault(FailureCode.OversizedField, name, string.Create(CultureInfo.InvariantCulture, $"has {length} characters: at most {maxLength}"));
        return text;
    }

    private string PathOf(string name)
    {
        var shown = JobText.IsFieldName(name) ? name : JobText.Quote(name);
        return _path.Length == 0 ? shown : $"{_path}.{shown}";
    }
}
