namespace MeSign.Statements.Pdf.Syntax;

/// <summary>What reading one document may cost; beyond a limit it is refused as damaged, whatever it claims to be.</summary>
internal static class PdfLimits
{
    /// <summary>Arrays and dictionaries inside each other.</summary>
    public const int Depth = 256;

    /// <summary>Highest object number (ISO 32000-1 annex C).</summary>
    public const int ObjectNumber = 8_388_607;

    /// <summary>Bytes of one object without its stream data.</summary>
    public const int ObjectBytes = 64 << 20;

    /// <summary>Decoded bytes of one cross-reference or object stream.</summary>
    public const int StreamBytes = 128 << 20;

    /// <summary>Cross-reference sections, at least one a revision.</summary>
    public const int Sections = 100_000;

    /// <summary>Cross-reference entries in all sections together.</summary>
    public const int Entries = 16_000_000;

    /// <summary>Form fields and page-tree nodes that one walk visits.</summary>
    public const int Nodes = 500_000;

    /// <summary>Characters of the full names of all form fields together.</summary>
    public const int FieldNames = 32 << 20;

    /// <summary>Decoded bytes of all streams of a document together: what honest compression reaches, times four.</summary>
    public static long TotalDecodedBytes(long fileLength) => (64L << 20) + (64 * fileLength);
}
