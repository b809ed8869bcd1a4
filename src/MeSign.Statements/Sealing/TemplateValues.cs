using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;

namespace MeSign.Statements.Sealing;

/// <summary>
/// A JSON object as templates see it. A name that it does not have is false in a condition and an error everywhere else,
/// so <c>{% if fields.due %}</c> is how a template says "optional".
/// </summary>
internal sealed class ObjectTemplateValue(string path, IReadOnlyDictionary<string, FluidValue> members) : FluidValue
{
    public override FluidValues Type => FluidValues.Dictionary;

    public static ObjectTemplateValue From(string path, IEnumerable<KeyValuePair<string, JsonElement>> fields)
    {
        var members = new Dictionary<string, FluidValue>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            // null says the same as nothing.
            if (value.ValueKind != JsonValueKind.Null)
                members[name] = From($"{path}.{name}", value);
        }
        return new(path, members);
    }

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) =>
        new(members.TryGetValue(name, out var value) ? value : MissingTemplateValue.In(context, path.Length == 0 ? name : $"{path}.{name}"));

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) =>
        GetValueAsync(index.ToStringValue(), context);

    public override bool Equals(FluidValue? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(path);

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() => members.Count;

    public override string ToStringValue() =>
        throw new TemplateValueException($"{path} is an object: name one of its members");

    public override object ToObjectValue() => members;

    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo) =>
        throw new TemplateValueException($"{path} is an object: name one of its members");

    private static FluidValue From(string path, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new StringValue(element.GetString()!),
        JsonValueKind.Number => NumberValue.Create(Number(path, element)),
        JsonValueKind.True => BooleanValue.True,
        JsonValueKind.False => BooleanValue.False,
        JsonValueKind.Array => new ArrayValue(element.EnumerateArray().Select((item, i) => From($"{path}[{i}]", item)).ToArray()),
        JsonValueKind.Object => From(path, element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value))),
        _ => new MissingTemplateValue(path),
    };

    private static decimal Number(string path, JsonElement element) => element.TryGetDecimal(out var number)
        ? number
        : throw new TemplateValueException($"{path} is a number that a template cannot hold: send it as a string");
}

/// <summary>
/// What a template gets for a name that the job did not give. To ask whether it is there is allowed; every other use throws,
/// or, where Liquid passes it by without a word (<c>fields.gone &gt; 5</c> is false), is found when the template has ended.
/// </summary>
internal sealed class MissingTemplateValue(string path) : FluidValue
{
    /// <summary>Where a rendering keeps its missing values.</summary>
    public const string Ambient = "missing";

    /// <summary>A condition has asked whether it is there.</summary>
    public bool WasAsked { get; private set; }

    // Not Nil: filters quietly pass nil on, and an empty amount would reach a customer.
    public override FluidValues Type => FluidValues.Object;

    public static MissingTemplateValue In(TemplateContext context, string path)
    {
        var value = new MissingTemplateValue(path);
        if (context.AmbientValues.TryGetValue(Ambient, out var kept) && kept is List<MissingTemplateValue> missing)
            missing.Add(value);
        return value;
    }

    public void Fail() => throw Missing();

    public override bool ToBooleanValue()
    {
        WasAsked = true;
        return false;
    }

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => throw Missing();

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) => throw Missing();

    public override bool Equals(FluidValue? other) => throw Missing();

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(path);

    public override IEnumerable<FluidValue> Enumerate(TemplateContext context) => throw Missing();

    public override decimal ToNumberValue() => throw Missing();

    public override string ToStringValue() => throw Missing();

    public override object ToObjectValue() => throw Missing();

    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo) => throw Missing();

    private TemplateValueException Missing() => new($"{path} is not given: add it to the job, or let the template ask {{% if {path} %}}");
}

/// <summary>A template asked for something that the job does not have in that form.</summary>
internal sealed class TemplateValueException(string message) : Exception(message);
