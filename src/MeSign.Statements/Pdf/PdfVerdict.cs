using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf;

/// <summary>What a validation of a PDF found.</summary>
/// <param name="Signatures">In the order in which they were made.</param>
/// <param name="Problems">What speaks against the document beyond single signatures; empty as a rule.</param>
public sealed record PdfVerdict(IReadOnlyList<PdfSignatureVerdict> Signatures, IReadOnlyList<string> Problems)
{
    /// <summary>It is signed, and every signature holds.</summary>
    public bool IsValid => Problems.Count == 0 && Signatures.Count > 0 && Signatures.All(signature => signature.IsValid);
}

/// <summary>What was found of one signature or document timestamp.</summary>
public sealed record PdfSignatureVerdict
{
    /// <summary>The field's fully qualified name.</summary>
    public required string FieldName { get; init; }

    /// <summary><c>ETSI.CAdES.detached</c>, <c>adbe.pkcs7.detached</c> or <c>ETSI.RFC3161</c>; null where it cannot be read.</summary>
    public string? SubFilter { get; init; }

    public required SignatureCoverage Coverage { get; init; }

    /// <summary>Bytes from the beginning up to which it covers the file; 0 where its byte range is not of the right form.</summary>
    public long CoveredBytes { get; init; }

    /// <summary>The DocMDP permission of a certification, 1 to 3; null for an approval or a document timestamp.</summary>
    public int? Certification { get; init; }

    /// <summary>Null for a document timestamp, and where there is nothing to verify.</summary>
    public SignedDataVerdict? Cms { get; init; }

    /// <summary>The signature timestamp, or the document timestamp itself.</summary>
    public TimestampVerdict? Timestamp { get; init; }

    /// <summary>The baseline level that it reaches; null where it is not valid or no PAdES signature.</summary>
    public PadesLevel? Level { get; init; }

    /// <summary>What revisions after it changed.</summary>
    public IReadOnlyList<PdfChange> LaterChanges { get; init; } = [];

    /// <summary>What keeps a good signature from a baseline level, in plain words.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    public string? Reason { get; init; }

    public string? Location { get; init; }

    /// <summary>What speaks against it, in plain words; empty for a good one.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public bool IsValid => Problems.Count == 0;
}

public enum SignatureCoverage
{
    /// <summary>Every byte but the signature itself.</summary>
    WholeFile,

    /// <summary>A whole earlier revision.</summary>
    Revision,

    /// <summary>The byte range leaves out what it must not: it proves nothing.</summary>
    Broken,
}

/// <param name="Kind">What sort of change it is.</param>
/// <param name="Description">What changed, in plain words, with object numbers.</param>
/// <param name="Allowed">Whether the certification, or the rules for approval signatures, let it pass.</param>
public sealed record PdfChange(PdfChangeKind Kind, string Description, bool Allowed);

public enum PdfChangeKind
{
    /// <summary>Certificates, revocation data and document timestamps: allowed even under P 1 (ISO 32000-2 table 257).</summary>
    ValidationData,

    /// <summary>Document information, XMP, tags of new fields: changes nothing that is shown.</summary>
    Metadata,

    /// <summary>A further signature.</summary>
    Signing,

    /// <summary>A new signature field that shows something on a page: after a certification only where comments are allowed too.</summary>
    VisibleSignature,

    /// <summary>A form field's value or appearance.</summary>
    FormFilling,

    /// <summary>Comments added, changed or removed that show nothing of their own over the page.</summary>
    Annotation,

    /// <summary>Anything else: never allowed.</summary>
    Content,
}
