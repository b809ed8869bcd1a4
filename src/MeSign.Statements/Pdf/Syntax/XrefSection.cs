using System.Runtime.InteropServices;

namespace MeSign.Statements.Pdf.Syntax;

internal enum XrefKind
{
    Free,

    /// <summary>At a byte of the file.</summary>
    InUse,

    /// <summary>In an object stream.</summary>
    Compressed,
}

/// <param name="Offset">In use: position from the header; compressed: number of the object stream.</param>
/// <param name="Generation">Compressed: index in the object stream.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct XrefEntry(int Number, XrefKind Kind, long Offset, int Generation);

internal enum XrefForm
{
    /// <summary>ISO 32000-2 §7.5.4.</summary>
    Table,

    /// <summary>ISO 32000-2 §7.5.8.</summary>
    Stream,
}

/// <summary>One cross-reference section with its trailer; in a hybrid file, with the stream that its trailer names.</summary>
internal sealed class XrefSection
{
    private readonly XrefEntry[] _entries;

    public XrefSection(long offset, XrefForm form, PdfDictionary trailer, List<XrefEntry> entries)
    {
        (Offset, Form, Trailer) = (offset, form, trailer);
        _entries = [.. entries];
        // A stable order: of two entries for one object the first written counts.
        if (!InOrder(_entries))
            _entries = [.. _entries.OrderBy(entry => entry.Number)];
    }

    /// <summary>Position from the header, as <c>startxref</c> or <c>/Prev</c> states it.</summary>
    public long Offset { get; }

    public XrefForm Form { get; }

    /// <summary>Position from the header after its last byte, that of a hybrid file's stream included.</summary>
    public required long End { get; init; }

    public PdfDictionary Trailer { get; }

    /// <summary>ISO 32000-2 §7.5.8.4: what a hybrid file keeps from readers of PDF 1.4.</summary>
    public XrefSection? Hidden { get; init; }

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<XrefEntry> Entries => _entries;

    public bool TryFind(int number, out XrefEntry entry)
    {
        var found = Search(number, out entry);
        if (Hidden is null || (found && entry.Kind != XrefKind.Free) || !Hidden.Search(number, out var hidden))
            return found;

        entry = hidden;
        return true;
    }

    private bool Search(int number, out XrefEntry entry)
    {
        var (low, high) = (0, _entries.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_entries[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }

        var found = low < _entries.Length && _entries[low].Number == number;
        entry = found ? _entries[low] : default;
        return found;
    }

    private static bool InOrder(XrefEntry[] entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            if (entries[i - 1].Number > entries[i].Number)
                return false;
        }

        return true;
    }
}
