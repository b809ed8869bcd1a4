using System.Globalization;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Pdf;

/// <summary>How one document is to be signed.</summary>
public sealed record PdfSignatureRequest
{
    public required SigningIdentity Identity { get; init; }

    /// <summary>RFC 3161 servers, tried in order; at least one for <see cref="PadesLevel.BT"/>.</summary>
    public IReadOnlyList<Uri> TimestampServers { get; init; } = [];

    public PadesLevel Level { get; init; } = PadesLevel.BT;

    /// <summary>
    /// The DocMDP permission (ISO 32000-2 table 257) of a certification: 1 nothing may change, 2 forms, 3 also comments; null for an
    /// approval signature. A document that is signed already gets an approval signature: only the first one certifies.
    /// </summary>
    public int? Certify { get; init; } = 1;

    /// <summary>
    /// The signature field's name. An empty signature field of that name is signed; a name that is taken gets a number.
    /// </summary>
    public string? FieldName { get; init; }

    /// <summary>The signer's name as <c>/Name</c>; the certificate says it anyway.</summary>
    public string? Name { get; init; }

    public string? Reason { get; init; }

    public string? Location { get; init; }

    public string? ContactInfo { get; init; }

    /// <summary>The user's or owner's password of an encrypted document that the empty one does not open; never logged.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// A document whose cross-references are damaged is repaired before it is signed, by appending to it; false refuses it. One that is
    /// signed already is refused all the same.
    /// </summary>
    public bool Repair { get; init; }

    /// <summary>Shown on a page; the signature is invisible where null.</summary>
    public PdfSeal? Seal { get; init; }

    /// <summary>Without the password, which a record would print.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{nameof(PdfSignatureRequest)} {{ Level = {Level}, Certify = {Certify}, FieldName = {FieldName} }}");
}

/// <param name="SignedAt">genTime of the signature timestamp; for B-B, the time of <c>/M</c>.</param>
/// <param name="Bytes">Length of the signed document.</param>
/// <param name="FieldName">Full name of the field that holds the signature.</param>
/// <param name="Certified">True where the signature certifies the document.</param>
/// <param name="Repaired">What was damaged, where the document was repaired before it was signed; null where it was signed as it came.</param>
public sealed record PdfSignatureResult(DateTimeOffset SignedAt, long Bytes, string FieldName, bool Certified, string? Repaired = null);
