using System.Formats.Asn1;

namespace MeSign.Statements.Trust;

/// <summary>What a response says of one certificate: SingleResponse (RFC 6960 §4.2.1).</summary>
/// <param name="IsKnown">False where the responder says "unknown".</param>
/// <param name="RevokedAt">Null unless it says "revoked".</param>
/// <param name="NextUpdate">Null where newer information is always to be had.</param>
internal sealed record OcspAnswer(
    CertificateId Id, bool IsKnown, DateTimeOffset? RevokedAt, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate)
{
    private static readonly Asn1Tag Good = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Revoked = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <exception cref="AsnContentException">Not a SingleResponse, or one with a critical extension.</exception>
    public static OcspAnswer Read(AsnReader response)
    {
        var id = CertificateId.Read(response);
        var status = response.PeekTag();
        var known = status.HasSameClassAndValue(Good);
        DateTimeOffset? revokedAt = null;
        if (status.HasSameClassAndValue(Revoked))
        {
            known = true;
            revokedAt = response.ReadSequence(Revoked).ReadGeneralizedTime();
        }
        else
        {
            _ = response.ReadEncodedValue();
        }

        var thisUpdate = response.ReadGeneralizedTime();
        DateTimeOffset? nextUpdate = Next(response, 0)?.ReadGeneralizedTime();
        if (Next(response, 1) is { } extensions)
            Extension.RefuseCritical(extensions.ReadSequence());
        return new(id, known, revokedAt, thisUpdate, nextUpdate);
    }

    private static AsnReader? Next(AsnReader response, int number)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        return response.HasData && response.PeekTag() == tag ? response.ReadSequence(tag) : null;
    }
}
