namespace MeSign.Statements.Signing;

/// <summary>
/// What a reader needs to judge signatures long after their authorities are gone: the content of a PDF's document security
/// store (ETSI EN 319 142-1 §5.4.2). Every value is DER and occurs once.
/// </summary>
/// <param name="Certificates">Certificates of the paths, roots included.</param>
/// <param name="Ocsps">OCSPResponses (RFC 6960 §4.2.1), each verified.</param>
/// <param name="Crls">CertificateLists (RFC 5280 §5.1), each verified.</param>
public sealed record ValidationMaterial(
    IReadOnlyList<ReadOnlyMemory<byte>> Certificates,
    IReadOnlyList<ReadOnlyMemory<byte>> Ocsps,
    IReadOnlyList<ReadOnlyMemory<byte>> Crls);
