using System.ComponentModel.DataAnnotations;

namespace MeSign.Statements.Issuers;

/// <summary>How an issuer's PDFs are signed, under <c>MeSign:Issuers:&lt;id&gt;:Pdf</c>.</summary>
internal sealed class IssuerPdfOptions
{
    /// <summary>
    /// PAdES baseline level: B-B without a timestamp, B-T (default), B-LT with the validation data of signer and timestamp authority,
    /// or B-LTA with a document timestamp over that.
    /// </summary>
    [AllowedValues("B-B", "B-T", "B-LT", "B-LTA")]
    public string Level { get; init; } = "B-T";

    /// <summary>What may change after the signature: 1 nothing (default), 2 forms, 3 also comments; <c>approval</c> signs without certifying.</summary>
    [AllowedValues("1", "2", "3", "approval")]
    public string Certify { get; init; } = "1";

    /// <summary>File with the password of encrypted documents; a line end at its end is not part of it. Default none: they are refused.</summary>
    public string? DocumentPasswordFile { get; init; }

    /// <summary>Whether a document whose cross-references are damaged is repaired, by appending to it, and then signed. Default false: it is refused.</summary>
    public bool Repair { get; init; }
}
