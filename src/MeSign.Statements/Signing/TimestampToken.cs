using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Signing;

/// <summary>A checked RFC 3161 token.</summary>
/// <param name="Der">The TimeStampToken, a ContentInfo as its authority encoded it.</param>
/// <param name="GenTime">When the authority made it.</param>
/// <param name="Authority">The certificate that signed it.</param>
public sealed record TimestampToken(ReadOnlyMemory<byte> Der, DateTimeOffset GenTime, X509Certificate2 Authority)
{
    /// <summary>The authority's certificates from its own to the root.</summary>
    public IReadOnlyList<X509Certificate2> Path { get; init; } = [Authority];
}
