using System.Globalization;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Issuers;

/// <summary>How an issuer's PDFs are signed.</summary>
public sealed record IssuerPdf
{
    public PadesLevel Level { get; init; } = PadesLevel.BT;

    /// <summary>The DocMDP permission (ISO 32000-2 table 257) of a certification: 1, 2 or 3; null for an approval signature.</summary>
    public int? Certify { get; init; } = 1;

    /// <summary>Opens encrypted documents; never logged.</summary>
    public string? DocumentPassword { get; init; }

    /// <summary>Repair a document whose cross-references are damaged before it is signed; false refuses it.</summary>
    public bool Repair { get; init; }

    /// <summary>Without the password, which a record would print.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{nameof(IssuerPdf)} {{ Level = {Level}, Certify = {Certify}, Repair = {Repair} }}");
}
