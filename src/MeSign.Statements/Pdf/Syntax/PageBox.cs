namespace MeSign.Statements.Pdf.Syntax;

/// <summary>What of a page is shown, and how it is turned (ISO 32000-2 §7.7.3.3, §14.11.2).</summary>
/// <param name="Rotation">Clockwise: 0, 90, 180 or 270.</param>
internal sealed record PageBox(double Left, double Bottom, double Right, double Top, int Rotation)
{
    private static readonly PageBox A4 = new(0, 0, 595, 842, 0);

    /// <summary>Width as it is shown.</summary>
    public double Width => IsTurned ? Top - Bottom : Right - Left;

    /// <summary>Height as it is shown.</summary>
    public double Height => IsTurned ? Right - Left : Top - Bottom;

    private bool IsTurned => Rotation is 90 or 270;

    public static PageBox Read(PdfDocument document, PdfDictionary page)
    {
        var box = Corners(document, Inherited(document, page, "CropBox")) ?? Corners(document, Inherited(document, page, "MediaBox")) ?? A4;
        var rotation = document.Resolve(Inherited(document, page, "Rotate")) is PdfInteger { Value: var turn } && turn % 90 == 0
            ? (int)(((turn % 360) + 360) % 360)
            : 0;
        return box with { Rotation = rotation };
    }

    /// <summary>A value that a page has of its own or from the nodes above it.</summary>
    public static PdfObject? Inherited(PdfDocument document, PdfDictionary? node, string key)
    {
        for (var level = 0; node is not null && level < PdfLimits.Depth; level++)
        {
            if (node[key] is { } value)
                return value;
            node = document.Dictionary(node["Parent"]);
        }

        return null;
    }

    /// <summary>An area of the page as it is shown, in the coordinates that it is written in.</summary>
    public (double Left, double Bottom, double Right, double Top) ToUserSpace(PdfRectangle shown)
    {
        var (x1, y1) = ToUserSpace(shown.X, shown.Y);
        var (x2, y2) = ToUserSpace(shown.X + shown.Width, shown.Y + shown.Height);
        return (Math.Min(x1, x2), Math.Min(y1, y2), Math.Max(x1, x2), Math.Max(y1, y2));
    }

    private (double X, double Y) ToUserSpace(double x, double y) => Rotation switch
    {
        90 => (Right - y, Bottom + x),
        180 => (Right - x, Top - y),
        270 => (Left + y, Top - x),
        _ => (Left + x, Bottom + y),
    };

    private static PageBox? Corners(PdfDocument document, PdfObject? value)
    {
        if (document.Resolve(value) is not PdfArray { Items: [var a, var b, var c, var d] }
            || document.Resolve(a).ToDouble() is not { } x1 || document.Resolve(b).ToDouble() is not { } y1
            || document.Resolve(c).ToDouble() is not { } x2 || document.Resolve(d).ToDouble() is not { } y2)
        {
            return null;
        }

        var box = new PageBox(Math.Min(x1, x2), Math.Min(y1, y2), Math.Max(x1, x2), Math.Max(y1, y2), 0);
        return box.Width > 0 && box.Height > 0 ? box : null;
    }
}
