using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Objects as bytes, into memory: what an incremental update adds is small beside the file that it is added to.</summary>
internal sealed class PdfWriter
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("()\\\r"u8);

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(16 * 1024);

    public int Length { get; private set; }

    public Memory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Where the last <see cref="PdfRoom"/> begins in <see cref="Written"/>, with its first bracket.</summary>
    public Dictionary<PdfRoom, int> Rooms { get; } = [];

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Write(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    public void Write(PdfObject value)
    {
        switch (value)
        {
            case PdfNull:
                Write("null"u8);
                break;
            case PdfBoolean boolean:
                Write(boolean.Value ? "true"u8 : "false"u8);
                break;
            case PdfInteger integer:
                Write(integer.Value);
                break;
            case PdfReal real:
                Write(Encoding.ASCII.GetBytes(real.Text));
                break;
            case PdfName name:
                WriteName(name.Value);
                break;
            case PdfString text:
                WriteString(text);
                break;
            case PdfReference reference:
                Write(reference.Number);
                Write(" "u8);
                Write(reference.Generation);
                Write(" R"u8);
                break;
            case PdfArray array:
                WriteArray(array);
                break;
            case PdfDictionary dictionary:
                WriteDictionary(dictionary);
                break;
            case PdfData data:
                WriteDictionary(data.Dictionary);
                Write("\nstream\n"u8);
                Write(data.Bytes.Span);
                Write("\nendstream"u8);
                break;
            case PdfRoom room:
                Rooms[room] = Length;
                Reserve(room.Bytes).Fill(room.Filler);
                Length += room.Bytes;
                break;
            default:
                throw new InvalidOperationException($"{value.GetType().Name} has no written form");
        }
    }

    private void WriteArray(PdfArray array)
    {
        Write("["u8);
        for (var i = 0; i < array.Items.Count; i++)
        {
            if (i > 0)
                Write(" "u8);
            Write(array.Items[i]);
        }

        Write("]"u8);
    }

    private void WriteDictionary(PdfDictionary dictionary)
    {
        Write("<<"u8);
        foreach (var (key, value) in dictionary.Entries)
        {
            WriteName(key);
            Write(" "u8);
            Write(value);
        }

        Write(">>"u8);
    }

    private void WriteName(string name)
    {
        Write("/"u8);
        var target = Reserve(name.Length * 3);
        var length = 0;
        foreach (var character in name)
        {
            if (character is > ' ' and <= '~' and not ('#' or '(' or ')' or '<' or '>' or '[' or ']' or '{' or '}' or '/' or '%'))
            {
                target[length++] = (byte)character;
            }
            else
            {
                target[length++] = (byte)'#';
                target[length++] = (byte)"0123456789ABCDEF"[character >> 4 & 15];
                target[length++] = (byte)"0123456789ABCDEF"[character & 15];
            }
        }

        Length += length;
    }

    private void WriteString(PdfString text)
    {
        if (text.Hex)
        {
            Write("<"u8);
            Write(Encoding.ASCII.GetBytes(Convert.ToHexString(text.Bytes.Span)));
            Write(">"u8);
            return;
        }

        Write("("u8);
        var rest = text.Bytes.Span;
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            Write(rest[..at]);
            Write("\\"u8);
            Write(rest[at] == '\r' ? "r"u8 : rest.Slice(at, 1));
            rest = rest[(at + 1)..];
        }

        Write(rest);
        Write(")"u8);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        return _buffer.AsSpan(Length, count);
    }
}

/// <summary>A stream to be written.</summary>
/// <param name="Dictionary">Carries <c>/Length</c> already.</param>
internal sealed record PdfData(PdfDictionary Dictionary, ReadOnlyMemory<byte> Bytes) : PdfObject
{
    public static PdfData Of(PdfDictionary dictionary, ReadOnlyMemory<byte> bytes)
    {
        dictionary["Length"] = new PdfInteger(bytes.Length);
        return new PdfData(dictionary, bytes);
    }
}

/// <summary>Bytes that are filled in once the rest of the file is known; compared by identity.</summary>
internal sealed record PdfRoom(int Bytes, byte Filler) : PdfObject
{
    public bool Equals(PdfRoom? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
