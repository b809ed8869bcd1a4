using System.Globalization;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>One of the object types of ISO 32000-2 §7.3, as read; written back by <see cref="PdfWriter"/>.</summary>
internal abstract record PdfObject;

internal sealed record PdfNull : PdfObject
{
    public static PdfNull Value { get; } = new();
}

internal sealed record PdfBoolean(bool Value) : PdfObject;

internal sealed record PdfInteger(long Value) : PdfObject;

/// <param name="Text">The number as it was written: it goes back unrounded.</param>
internal sealed record PdfReal(string Text) : PdfObject;

/// <param name="Value">The name without its slash and with <c>#xx</c> decoded, a character for each byte (Latin-1).</param>
internal sealed record PdfName(string Value) : PdfObject;

/// <param name="Bytes">The string's bytes, escapes decoded.</param>
/// <param name="Hex">Written as <c>&lt;…&gt;</c>.</param>
internal sealed record PdfString(ReadOnlyMemory<byte> Bytes, bool Hex = false) : PdfObject
{
    public bool Equals(PdfString? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }
}

internal sealed record PdfReference(int Number, int Generation) : PdfObject;

internal sealed record PdfArray(List<PdfObject> Items) : PdfObject
{
    public static PdfArray Of(params IEnumerable<PdfObject> items) => new([.. items]);

    public PdfArray With(PdfObject item) => new([.. Items, item]);
}

/// <summary>Keys keep their order; of a repeated key the last value counts. Compared by identity.</summary>
internal sealed record PdfDictionary : PdfObject
{
    private readonly OrderedDictionary<string, PdfObject> _entries;

    /// <param name="capacity">Entries that it is going to have, where that is known.</param>
    public PdfDictionary(int capacity = 0) => _entries = new(capacity, StringComparer.Ordinal);

    public OrderedDictionary<string, PdfObject> Entries => _entries;

    /// <summary>The value as written (perhaps a reference), or null. Setting null removes the key.</summary>
    public PdfObject? this[string key]
    {
        get => _entries.GetValueOrDefault(key);
        set
        {
            if (value is null or PdfNull)
                _entries.Remove(key);
            else
                _entries[key] = value;
        }
    }

    public PdfDictionary Copy()
    {
        // A copy is made to be changed: most often by an entry.
        var copy = new PdfDictionary(_entries.Count + 1);
        foreach (var (key, value) in _entries)
            copy._entries.Add(key, value);
        return copy;
    }

    public bool IsType(string type) => this["Type"] is PdfName name && name.Value == type;

    public bool Equals(PdfDictionary? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>A stream still in its file: the data is read when it is asked for.</summary>
/// <param name="DataOffset">Position of the data's first byte in the file.</param>
/// <param name="Self">The object that it is.</param>
internal sealed record PdfStream(PdfDictionary Dictionary, long DataOffset, PdfReference Self) : PdfObject;

internal static class PdfNumbers
{
    /// <summary>A number's value where one is asked for: integer or real.</summary>
    public static double? ToDouble(this PdfObject? value) => value switch
    {
        PdfInteger integer => integer.Value,
        PdfReal real when double.TryParse(real.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>A coordinate, to a thousandth of a point.</summary>
    public static PdfObject Of(double value) => Math.Round(value, 3) is var rounded && double.IsInteger(rounded)
        ? new PdfInteger((long)rounded)
        : new PdfReal(rounded.ToString("0.###", CultureInfo.InvariantCulture));
}
