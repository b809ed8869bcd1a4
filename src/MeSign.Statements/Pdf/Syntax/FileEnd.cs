namespace MeSign.Statements.Pdf.Syntax;

/// <summary>How a file ends: what says where its newest cross-reference section is (ISO 32000-2 §7.5.5).</summary>
internal static class FileEnd
{
    private const int TailWindow = 1024;
    private const int LongTailWindow = 64 * 1024;

    /// <summary>Whether a cross-reference section begins there.</summary>
    public static bool IsSection(PdfFile file, long offset)
    {
        var lexer = new PdfLexer(file.Window(offset, 64).Span, complete: true);
        var first = lexer.Next();
        return first.IsKeyword("xref"u8)
            || (first.Kind == PdfTokenKind.Integer && lexer.Next().Kind == PdfTokenKind.Integer && lexer.Next().IsKeyword("obj"u8));
    }

    /// <summary>What the last <c>startxref</c> states; null where there is none.</summary>
    public static long? StartXref(PdfSource source)
    {
        foreach (var window in (ReadOnlySpan<int>)[TailWindow, LongTailWindow])
        {
            var from = Math.Max(0, source.Length - window);
            var tail = source.Read(from, window).Span;
            var at = tail.LastIndexOf("startxref"u8);
            if (at < 0)
                continue;

            var lexer = new PdfLexer(tail[(at + "startxref".Length)..], complete: true);
            var offset = lexer.Next();
            return offset is { Kind: PdfTokenKind.Integer, Integer: > 0 }
                ? offset.Integer
                : throw PdfDamage.At(from + at, "startxref is not followed by a position");
        }

        return null;
    }
}
