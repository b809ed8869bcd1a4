namespace MeSign.Statements.Signing;

/// <summary>A verified word on one certificate.</summary>
/// <param name="Der">The OCSPResponse or CertificateList that says it.</param>
/// <param name="IsOcsp">Which of both.</param>
/// <param name="RevokedAt">Null where the certificate is good.</param>
/// <param name="FreshUntil">When a newer word is to be asked for.</param>
/// <param name="GoodUntil">When it must no longer be believed.</param>
/// <param name="ResponderList">The CertificateList that clears the OCSP responder, where that may be revoked itself.</param>
internal sealed record RevocationProof(
    ReadOnlyMemory<byte> Der, bool IsOcsp, DateTimeOffset? RevokedAt, DateTimeOffset FreshUntil, DateTimeOffset GoodUntil, ReadOnlyMemory<byte>? ResponderList = null);
