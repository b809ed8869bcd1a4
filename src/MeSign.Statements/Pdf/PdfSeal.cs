using System.Runtime.InteropServices;

namespace MeSign.Statements.Pdf;

/// <summary>A visible signature: a one-page PDF of any tool, put on a page with its fonts and images.</summary>
public sealed record PdfSeal
{
    /// <summary>Path of the one-page PDF. Read once and kept until the file changes.</summary>
    public required string Path { get; init; }

    /// <summary>1 is the first page, -1 the last; a document of fewer pages gets it on the nearest that it has.</summary>
    public int Page { get; init; } = -1;

    /// <summary>
    /// Where the seal goes, at its own proportions in the middle of it. Null for its own size in <see cref="Corner"/>.
    /// </summary>
    public PdfRectangle? Rectangle { get; init; }

    public PdfCorner Corner { get; init; } = PdfCorner.BottomRight;
}

/// <summary>An area of a page as it is shown, in points from its lower left corner.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PdfRectangle(double X, double Y, double Width, double Height);

public enum PdfCorner
{
    BottomRight,
    BottomLeft,
    TopRight,
    TopLeft,
}
