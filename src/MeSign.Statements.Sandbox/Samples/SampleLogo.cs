using PdfSharp.Drawing;

namespace MeSign.Statements.Sandbox.Samples;

/// <summary>The mark of the bank that does not exist, drawn as vectors.</summary>
internal static class SampleLogo
{
    public static readonly XColor Green = XColor.FromArgb(0x0B, 0x5D, 0x4B);

    private static readonly XColor Leaf = XColor.FromArgb(0x8F, 0xD1, 0x4F);

    /// <param name="size">Height and width in points.</param>
    public static void Draw(XGraphics graphics, double x, double y, double size)
    {
        graphics.DrawRoundedRectangle(new XSolidBrush(Green), x, y, size, size, size * 0.3, size * 0.3);
        for (var bar = 0; bar < 3; bar++)
        {
            var height = size * (0.22 + (0.14 * bar));
            graphics.DrawRectangle(XBrushes.White, x + (size * (0.2 + (0.22 * bar))), y + (size * 0.8) - height, size * 0.14, height);
        }

        var leaf = new XGraphicsPath();
        leaf.AddBezier(x + (size * 0.2), y + (size * 0.42), x + (size * 0.3), y + (size * 0.16), x + (size * 0.5), y + (size * 0.12), x + (size * 0.72), y + (size * 0.16));
        leaf.AddBezier(x + (size * 0.72), y + (size * 0.16), x + (size * 0.6), y + (size * 0.34), x + (size * 0.42), y + (size * 0.42), x + (size * 0.2), y + (size * 0.42));
        leaf.CloseFigure();
        graphics.DrawPath(new XSolidBrush(Leaf), leaf);
    }
}
