using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// What a signature covers (ISO 32000-2 §12.8.1): everything from the first byte but one gap, and the gap is the signature itself.
/// Signature wrapping and universal forgery live on byte ranges that are believed without this.
/// </summary>
/// <param name="GapStart">Position of the opening bracket of <c>/Contents</c>.</param>
/// <param name="GapEnd">Position after its closing bracket.</param>
/// <param name="End">Position after the last byte covered.</param>
internal sealed record SignedRange(long GapStart, long GapEnd, long End)
{
    /// <param name="holder">The object that the signature dictionary is written in.</param>
    /// <param name="problem">Why there is no range; null where there is one.</param>
    public static SignedRange? Find(PdfDocument document, PdfDictionary signature, PdfReference? holder, out string? problem)
    {
        problem = "its /ByteRange is not four integers of which the first is 0";
        if (document.Resolve(signature["ByteRange"]) is not PdfArray
            {
                Items: [PdfInteger { Value: 0 }, PdfInteger { Value: > 0 } first, PdfInteger { Value: > 0 } second, PdfInteger { Value: >= 0 } length],
            })
        {
            return null;
        }

        problem = "its /ByteRange reaches outside the file";
        if (second.Value <= first.Value || length.Value > document.Length || second.Value > document.Length - length.Value)
            return null;

        var range = new SignedRange(first.Value, second.Value, second.Value + length.Value);
        problem = "its /ByteRange leaves out something else than its own /Contents";
        if (holder is null || signature["Contents"] is not PdfString contents || !range.IsContents(document, holder, contents))
            return null;

        problem = null;
        return range;
    }

    private bool IsContents(PdfDocument document, PdfReference holder, PdfString contents)
    {
        if (!document.TryFind(holder.Number, out var entry) || entry.Kind != XrefKind.InUse)
            return false;

        var start = document.Origin + entry.Offset;
        if (start >= GapStart || GapEnd - start > PdfLimits.ObjectBytes)
            return false;

        // The gap must be the very token that the object's own text has as the value of /Contents.
        var window = document.Bytes(start, (int)(GapEnd - start));
        var lexer = new PdfLexer(window.Span, complete: true);
        var isValue = false;
        while (lexer.Next() is { Kind: not PdfTokenKind.End } token && !token.IsKeyword("endobj"u8) && !token.IsKeyword("stream"u8))
        {
            if (start + token.Start == GapStart)
            {
                return isValue && token.Kind == PdfTokenKind.HexString && start + lexer.Position == GapEnd
                    && PdfText.DecodeHex(token.Raw, GapStart).AsSpan().SequenceEqual(contents.Bytes.Span);
            }

            isValue = token.Kind == PdfTokenKind.Name && token.Raw.SequenceEqual("Contents"u8);
        }

        return false;
    }
}
