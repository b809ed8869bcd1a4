using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Seals;

/// <summary>Where a seal is shown in a document.</summary>
/// <param name="Page">The page's object.</param>
/// <param name="Rectangle">The widget's <c>/Rect</c>.</param>
/// <param name="Rotation">How far the seal is turned clockwise to stand upright on the page as it is shown.</param>
internal sealed record SealPlacement(PdfReference Page, PdfArray Rectangle, int Rotation)
{
    // Half an inch.
    private const double Margin = 36;

    /// <returns>Null where the document has no page.</returns>
    public static SealPlacement? Find(PdfDocument document, PdfSeal seal, SealTemplate template)
    {
        var pages = PageTree.Pages(document).ToList();
        if (pages.Count == 0)
            return null;

        var index = seal.Page < 0 ? pages.Count + seal.Page : seal.Page - 1;
        var page = pages[Math.Clamp(index, 0, pages.Count - 1)];
        var box = PageBox.Read(document, document.Dictionary(page)!);
        var shown = seal.Rectangle is { } area ? Fit(area, template.Box) : Corner(seal.Corner, box, template.Box);
        return At(page, box.ToUserSpace(shown), box, template);
    }

    /// <summary>In a rectangle that the document gives: a signature field's own.</summary>
    /// <returns>Null where it has no extent.</returns>
    public static SealPlacement? Inside(PdfDocument document, PdfReference page, PdfObject? rectangle, SealTemplate template)
    {
        if (document.Resolve(rectangle) is not PdfArray { Items: { Count: 4 } corners })
            return null;

        var numbers = corners.Select(corner => document.Resolve(corner).ToDouble() ?? 0).ToArray();
        if (numbers[0] == numbers[2] || numbers[1] == numbers[3] || document.Dictionary(page) is not { } dictionary)
            return null;
        return At(page, (numbers[0], numbers[1], numbers[2], numbers[3]), PageBox.Read(document, dictionary), template);
    }

    private static SealPlacement At(
        PdfReference page, (double Left, double Bottom, double Right, double Top) area, PageBox box, SealTemplate template) => new(
            page,
            PdfArray.Of(new[] { area.Left, area.Bottom, area.Right, area.Top }.Select(PdfNumbers.Of)),
            (template.Box.Rotation - box.Rotation + 360) % 360);

    private static PdfRectangle Fit(PdfRectangle area, PageBox seal)
    {
        var scale = Math.Min(area.Width / seal.Width, area.Height / seal.Height);
        var (width, height) = (seal.Width * scale, seal.Height * scale);
        return new PdfRectangle(area.X + ((area.Width - width) / 2), area.Y + ((area.Height - height) / 2), width, height);
    }

    private static PdfRectangle Corner(PdfCorner corner, PageBox page, PageBox seal)
    {
        // A page smaller than the seal shows it smaller.
        var scale = Math.Min(1, Math.Min(page.Width / (seal.Width + (2 * Margin)), page.Height / (seal.Height + (2 * Margin))));
        var (width, height) = (seal.Width * scale, seal.Height * scale);
        var x = corner is PdfCorner.BottomLeft or PdfCorner.TopLeft ? Margin * scale : page.Width - width - (Margin * scale);
        var y = corner is PdfCorner.BottomLeft or PdfCorner.BottomRight ? Margin * scale : page.Height - height - (Margin * scale);
        return new PdfRectangle(x, y, width, height);
    }
}
