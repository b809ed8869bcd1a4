using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>A successful OCSPResponse with a BasicOCSPResponse (RFC 6960 §4.2.1), read but not yet believed.</summary>
internal sealed class OcspResponse
{
    private const string Basic = "1.3.6.1.5.5.7.48.1.1";

    // One delegated responder and perhaps its chain; each costs a signature check.
    private const int MaxCertificates = 8;

    private static readonly Asn1Tag ByName = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly SignedObject _signed;
    private readonly ReadOnlyMemory<byte> _responderName;
    private readonly ReadOnlyMemory<byte> _responderKey;
    private readonly IReadOnlyList<X509Certificate2> _certificates;
    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);

    private OcspResponse(ReadOnlyMemory<byte> der, SignedObject signed, IReadOnlyList<X509Certificate2> certificates)
    {
        Der = der;
        _signed = signed;
        _certificates = certificates;

        var data = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        if (data.PeekTag() == Zero)
            _ = data.ReadEncodedValue();
        var responder = data.PeekTag() == ByName ? data.ReadSequence(ByName) : data.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true));
        if (responder.PeekTag() == Asn1Tag.PrimitiveOctetString)
            _responderKey = responder.ReadOctetString();
        else
            _responderName = responder.ReadEncodedValue();
        ProducedAt = data.ReadGeneralizedTime();

        var answers = new List<OcspAnswer>();
        for (var responses = data.ReadSequence(); responses.HasData;)
            answers.Add(OcspAnswer.Read(responses.ReadSequence()));
        Answers = answers;
        if (data.HasData)
            Extension.RefuseCritical(data.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true)).ReadSequence());
    }

    /// <summary>The OCSPResponse as it came.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    public DateTimeOffset ProducedAt { get; }

    public IReadOnlyList<OcspAnswer> Answers { get; }

    /// <exception cref="AsnContentException">Not a response, an unsuccessful one (tryLater, unauthorized, …), or of another type.</exception>
    public static OcspResponse Read(ReadOnlyMemory<byte> der)
    {
        var response = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var status = response.ReadEnumeratedBytes().Span;
        if (status is not [0])
            throw new AsnContentException($"The responder refused with status {status[0]}.");

        var bytes = response.ReadSequence(Zero).ReadSequence();
        if (bytes.ReadObjectIdentifier() != Basic)
            throw new AsnContentException("The response is not of the basic type.");

        var basic = new AsnReader(bytes.ReadOctetString(), AsnEncodingRules.DER).ReadSequence();
        var body = basic.ReadEncodedValue();
        var algorithm = AlgorithmIdentifier.Read(basic);
        var signature = basic.ReadBitString(out _);
        return new(der, new(body, algorithm, signature), basic.HasData ? ReadCertificates(basic.ReadSequence(Zero).ReadSequence()) : []);
    }

    /// <summary>Null where the issuer, or a responder that it delegated to, signed the response (RFC 6960 §4.2.2.2).</summary>
    public string? SignatureProblem(X509Certificate2 issuer)
    {
        var problem = _problems.GetOrAdd(issuer.Thumbprint, _ => Judge(issuer) ?? "");
        return problem.Length == 0 ? null : problem;
    }

    /// <summary>
    /// The delegated responder's certificate where it may be revoked itself: its issuer did not say with id-pkix-ocsp-nocheck that nobody
    /// need ask (RFC 6960 §4.2.2.2.1). Null where the issuer signed, or said so.
    /// </summary>
    public X509Certificate2? ResponderToCheck(X509Certificate2 issuer) =>
        !IsResponder(issuer) && _certificates.FirstOrDefault(IsResponder) is { } responder && !CertificateUsage.NeedsNoCheck(responder) ? responder : null;

    /// <summary>The certificate's status at a time.</summary>
    /// <param name="lists">Tells the status of a responder's own certificate by its issuer's lists.</param>
    public RevocationStatus Find(
        X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset at, Func<X509Certificate2, DateTimeOffset, RevocationStatus> lists)
    {
        if (Answers.FirstOrDefault(answer => answer.Id.Names(certificate, issuer)) is not { } answer)
            return RevocationStatus.NotListed;
        if (SignatureProblem(issuer) is { } problem)
            return new(null, $"the OCSP response {problem}", Covered: true);
        if (ResponderToCheck(issuer) is { } responder && !lists(responder, ProducedAt).IsGood)
            return new(null, "the OCSP response is by a responder that might itself be revoked (id-pkix-ocsp-nocheck is missing, and no list clears it)", Covered: true);
        if (!answer.IsKnown)
            return new(null, "its OCSP responder does not know it", Covered: true) { IsDisowned = true };
        if (answer.RevokedAt is { } since)
            return since <= at ? new(since, null, Covered: true) : RevocationStatus.Good;

        // A responder may forget what has expired (RFC 6960 §4.4.4).
        if (answer.ThisUpdate > new DateTimeOffset(certificate.NotAfter))
            return RevocationStatus.NotListed;
        return answer.ThisUpdate > at || answer.NextUpdate is null || answer.NextUpdate >= at
            ? RevocationStatus.Good
            : new(null, $"its OCSP response was good until {answer.NextUpdate.Value.UtcDateTime:u}", Covered: true);
    }

    private string? Judge(X509Certificate2 issuer)
    {
        if (IsResponder(issuer))
            return _signed.Problem(issuer) is { } problem ? $"has a signature that {problem}" : null;
        if (_certificates.FirstOrDefault(IsResponder) is not { } responder)
            return "comes without its responder's certificate";

        if (!SignedObject.IsIssuedBy(responder, issuer))
            return "is by a responder whom the certificate's issuer did not name";
        if (!CertificateUsage.IsResponder(responder))
            return "is by a certificate that is not for OCSP (extendedKeyUsage OCSPSigning)";
        if (ProducedAt < new DateTimeOffset(responder.NotBefore) || ProducedAt > new DateTimeOffset(responder.NotAfter))
            return "was made when its responder's certificate was not valid";
        if (KeyStrength.Problem(responder) is { } weak)
            return $"is by a responder with a {weak}";

        return _signed.Problem(responder) is { } wrong ? $"has a signature that {wrong}" : null;
    }

    private bool IsResponder(X509Certificate2 candidate) => _responderKey.IsEmpty
        ? candidate.SubjectName.RawData.AsSpan().SequenceEqual(_responderName.Span)
        : CertificateId.HashOfKey(HashAlgorithmName.SHA1, candidate).AsSpan().SequenceEqual(_responderKey.Span);

    private static List<X509Certificate2> ReadCertificates(AsnReader encoded)
    {
        var certificates = new List<X509Certificate2>();
        while (encoded.HasData && certificates.Count < MaxCertificates)
        {
            var der = encoded.ReadEncodedValue();
            try
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span));
            }
            catch (CryptographicException e)
            {
                throw new AsnContentException("The response has a certificate that cannot be read.", e);
            }
        }

        return certificates;
    }
}
