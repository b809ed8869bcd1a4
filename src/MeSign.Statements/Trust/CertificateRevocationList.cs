using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>One complete CRL (RFC 5280 §5.1), read once into a table of serial numbers.</summary>
internal sealed class CertificateRevocationList
{
    private readonly SignedObject _signed;
    private readonly Dictionary<BigInteger, DateTimeOffset> _revoked = [];
    private readonly ConcurrentDictionary<string, string> _signatureProblems = new(StringComparer.Ordinal);
    private HashSet<string>? _points;
    private DateTimeOffset? _keepsExpiredSince;
    private bool _coversUsers = true;
    private bool _coversAuthorities = true;

    private CertificateRevocationList(ReadOnlyMemory<byte> der, SignedObject signed, ReadOnlyMemory<byte> issuer, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate)
    {
        Der = der;
        _signed = signed;
        Issuer = issuer;
        ThisUpdate = thisUpdate;
        NextUpdate = nextUpdate;
    }

    /// <summary>The CertificateList as it came.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>Encoded name.</summary>
    public ReadOnlyMemory<byte> Issuer { get; }

    public DateTimeOffset ThisUpdate { get; }

    public DateTimeOffset? NextUpdate { get; }

    /// <exception cref="AsnContentException">Not a CRL, or one with a critical extension that is not understood.</exception>
    public static CertificateRevocationList Read(ReadOnlyMemory<byte> der)
    {
        var signed = SignedObject.Read(der);
        var body = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        if (body.PeekTag() == Asn1Tag.Integer)
            _ = body.ReadInteger();
        _ = AlgorithmIdentifier.Read(body);
        var issuer = body.ReadEncodedValue();
        var thisUpdate = ReadTime(body);
        DateTimeOffset? nextUpdate = body.HasData && IsTime(body.PeekTag()) ? ReadTime(body) : null;

        var list = new CertificateRevocationList(der, signed, issuer, thisUpdate, nextUpdate);
        if (body.HasData && body.PeekTag() == Asn1Tag.Sequence)
            list.ReadEntries(body.ReadSequence());
        if (body.HasData)
            list.ReadExtensions(body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)).ReadSequence());
        return list;
    }

    /// <summary>Whether the certificate is in the list's scope (RFC 5280 §6.3.3 b): of its kind, its distribution point, and its time.</summary>
    public bool Covers(X509Certificate2 certificate)
    {
        if (!(CertificateUsage.IsAuthority(certificate) ? _coversAuthorities : _coversUsers))
            return false;

        // An authority may strike out what has expired, unless it says since when it does not (X.509 §9.5.2.8).
        var expiry = new DateTimeOffset(certificate.NotAfter);
        if (ThisUpdate > expiry && !(_keepsExpiredSince <= expiry))
            return false;
        return _points is null || RevocationAddresses.Points(certificate).Any(name => _points.Contains(Convert.ToHexString(name.Span)));
    }

    public DateTimeOffset? RevokedAt(X509Certificate2 certificate) =>
        _revoked.TryGetValue(new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true), out var since) ? since : null;

    /// <summary>Null where the issuer's key signed the list and may do so (keyUsage cRLSign).</summary>
    public string? SignatureProblem(X509Certificate2 issuer)
    {
        var problem = _signatureProblems.GetOrAdd(issuer.Thumbprint, _ =>
            CertificateUsage.MaySignLists(issuer) ? _signed.Problem(issuer) ?? "" : "is by a key that may not sign lists");
        return problem.Length == 0 ? null : problem;
    }

    private void ReadEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            var serial = entry.ReadInteger();
            _revoked[serial] = ReadTime(entry);
            if (!entry.HasData)
                continue;

            // An indirect CRL's certificateIssuer would make the serial number another authority's.
            var extensions = entry.ReadSequence();
            while (extensions.HasData)
            {
                var (oid, critical, _) = Extension.Read(extensions);
                if (critical && oid != Oids.ReasonCode)
                    throw new AsnContentException($"The list has an entry with the critical extension {oid}.");
            }
        }
    }

    private void ReadExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var (oid, critical, value) = Extension.Read(extensions);
            if (oid == Oids.IssuingDistributionPoint)
                ReadScope(new AsnReader(value, AsnEncodingRules.DER).ReadSequence());
            else if (oid == Oids.ExpiredCertificatesOnCrl)
                _keepsExpiredSince = new AsnReader(value, AsnEncodingRules.DER).ReadGeneralizedTime();
            else if (oid == Oids.DeltaCrlIndicator || (critical && oid is not (Oids.AuthorityKeyIdentifier or Oids.CrlNumber)))
                throw new AsnContentException($"The list has the extension {oid}, which is not supported.");
        }
    }

    // RFC 5280 §5.2.5. A list for some reasons only, for attribute certificates, or indirect, cannot say that a certificate is good.
    private void ReadScope(AsnReader scope)
    {
        while (scope.HasData)
        {
            var tag = scope.PeekTag();
            if (tag.TagValue == 0)
            {
                _points = [.. RevocationAddresses.FullNames(scope.ReadSequence(tag)).Select(name => Convert.ToHexString(name.Span))];
                continue;
            }

            if (tag.TagValue is not (1 or 2) && (tag.TagValue == 3 || scope.ReadBoolean(tag)))
                throw new AsnContentException("The list covers some reasons or other issuers only, which is not supported.");
            if (tag.TagValue == 1 && scope.ReadBoolean(tag))
                _coversAuthorities = false;
            else if (tag.TagValue == 2 && scope.ReadBoolean(tag))
                _coversUsers = false;
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag == Asn1Tag.UtcTime || tag == Asn1Tag.GeneralizedTime;

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
