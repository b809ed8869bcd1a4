namespace MeSign.Statements.Signing;

/// <param name="Der">The ContentInfo of SignedData (RFC 5652 §3), DER.</param>
/// <param name="Timestamp">The signature timestamp that it carries; null for B-B.</param>
public sealed record CmsSignature(ReadOnlyMemory<byte> Der, TimestampToken? Timestamp);
