namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Header fields, or the fields of a report, in the order that they came. Names are compared without case.</summary>
internal sealed class MailFields
{
    private const int MaxFields = 500;

    private readonly List<(string Name, string Value)> _fields = [];

    public int Count => _fields.Count;

    public string? this[string name] => _fields.Find(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public IEnumerable<string> All(string name) =>
        _fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    public bool Has(string name) => this[name] is not null;

    public void Add(string name, string value)
    {
        if (_fields.Count < MaxFields)
            _fields.Add((name, value.Trim()));
    }

    /// <summary>Reads the groups of fields in a text, parted by empty lines; what is no field is passed over.</summary>
    public static IReadOnlyList<MailFields> ReadGroups(string text, int most)
    {
        var groups = new List<MailFields>();
        var group = new MailFields();
        string? name = null;
        var value = "";
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (name is not null && line.Length > 0 && line[0] is ' ' or '\t' && !line.IsWhiteSpace())
            {
                if (value.Length < 4000)
                    value = $"{value} {line.Trim()}";
                continue;
            }

            if (name is not null)
                group.Add(name, value);
            name = null;
            if (line.IsWhiteSpace())
            {
                if (group.Count > 0 && groups.Count < most)
                    groups.Add(group);
                if (group.Count > 0)
                    group = new MailFields();
                continue;
            }

            if (NameOf(line) is { } found)
            {
                name = found;
                value = line[(found.Length + 1)..].Trim().ToString();
            }
        }

        if (name is not null)
            group.Add(name, value);
        if (group.Count > 0 && groups.Count < most)
            groups.Add(group);
        return groups;
    }

    /// <returns>The field name that a line begins with (RFC 5322 §2.2), or null.</returns>
    public static string? NameOf(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(':');
        if (colon is < 2 or > 76)
            return null;

        foreach (var character in line[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_'))
                return null;
        }

        return line[..colon].ToString();
    }
}
