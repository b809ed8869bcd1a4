using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>
/// Finds out whether a certificate is revoked: from the configured CRLs, else its OCSP responders, else its CRLs. What was
/// found is shared while it is fresh.
/// </summary>
internal sealed class RevocationSource(
    RevocationTransport transport, ConfiguredCrls configured, IOptions<RevocationOptions> options, RevocationMetrics metrics, TimeProvider time)
{
    // Honest certificates name one or two.
    private const int MaxAddresses = 3;

    private readonly FreshCache<RevocationProof> _proofs = new(time);
    private readonly FreshCache<CertificateRevocationList> _lists = new(time);

    /// <param name="certificate">A certificate whose path was checked: its addresses are believed.</param>
    /// <returns>Null where the certificate names no address and no configured list covers it.</returns>
    /// <exception cref="RevocationUnknownException">None of its addresses gives a usable word now.</exception>
    public async Task<RevocationProof?> FindAsync(X509Certificate2 certificate, X509Certificate2 issuer, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (configured.Current.FindList(certificate, issuer, now) is { } list)
            return Proof(list, certificate);

        var responders = RevocationAddresses.Responders(certificate).Take(MaxAddresses).ToList();
        var lists = RevocationAddresses.Lists(certificate).Take(MaxAddresses).ToList();
        if (responders.Count + lists.Count == 0)
            return null;

        return await _proofs.GetAsync(
            certificate.GetCertHashString(HashAlgorithmName.SHA256),
            () => FetchAsync(certificate, issuer, responders, lists),
            proof => proof.FreshUntil,
            proof => proof.GoodUntil,
            cancellationToken);
    }

    private async Task<RevocationProof> FetchAsync(
        X509Certificate2 certificate, X509Certificate2 issuer, IReadOnlyList<Uri> responders, IReadOnlyList<Uri> lists)
    {
        var attempts = responders.Select(address => (Func<Task<RevocationProof>>)(() => metrics.CountAsync(address, "ocsp", () => AskAsync(address, certificate, issuer))))
            .Concat(lists.Select(address => (Func<Task<RevocationProof>>)(() => LookUpAsync(address, certificate, issuer))));
        var problems = new List<string>();
        foreach (var attempt in attempts)
        {
            try
            {
                return await attempt();
            }
            catch (RevocationUnknownException e)
            {
                problems.Add(e.Message);
            }
        }

        throw new RevocationUnknownException(string.Join("; ", problems));
    }

    private async Task<RevocationProof> AskAsync(Uri responder, X509Certificate2 certificate, X509Certificate2 issuer)
    {
        var der = await transport.AskAsync(responder, OcspRequest.Encode(certificate, issuer), CancellationToken.None);
        OcspResponse response;
        try
        {
            response = OcspResponse.Read(der);
        }
        catch (AsnContentException e)
        {
            throw new RevocationUnknownException($"{responder.Host} sent no usable OCSP response", e);
        }

        if (response.Answers.FirstOrDefault(answer => answer.Id.Names(certificate, issuer)) is not { } answer)
            throw new RevocationUnknownException($"{responder.Host} answered for another certificate");
        if (response.SignatureProblem(issuer) is { } problem)
            throw new RevocationUnknownException($"{responder.Host} sent an OCSP response that {problem}");
        if (!answer.IsKnown)
            throw new RevocationUnknownException($"{responder.Host} does not know the certificate");
        var goodUntil = GoodUntil(answer.ThisUpdate, answer.NextUpdate, responder.Host);
        if (response.ResponderToCheck(issuer) is not { } own)
            return new(der, IsOcsp: true, answer.RevokedAt, FreshUntil(goodUntil), goodUntil);

        var cleared = await ClearAsync(own, issuer, responder.Host);
        goodUntil = cleared.GoodUntil < goodUntil ? cleared.GoodUntil : goodUntil;
        return new(der, IsOcsp: true, answer.RevokedAt, FreshUntil(goodUntil), goodUntil, cleared.Der);
    }

    // RFC 6960 §4.2.2.2.1: by a list and not by OCSP again, which would lead to the next responder.
    private async Task<RevocationProof> ClearAsync(X509Certificate2 responder, X509Certificate2 issuer, string host)
    {
        var proof = configured.Current.FindList(responder, issuer, time.GetUtcNow()) is { } list ? Proof(list, responder) : null;
        var problem = "it names no list";
        foreach (var address in RevocationAddresses.Lists(responder).Take(proof is null ? MaxAddresses : 0))
        {
            try
            {
                proof = await LookUpAsync(address, responder, issuer);
                break;
            }
            catch (RevocationUnknownException e)
            {
                problem = e.Message;
            }
        }

        if (proof is null)
            throw new RevocationUnknownException($"{host} sent an OCSP response that is by a responder that might itself be revoked (id-pkix-ocsp-nocheck is missing, and {problem})");
        return proof.RevokedAt is null
            ? proof
            : throw new RevocationUnknownException($"{host} sent an OCSP response that is by a revoked responder");
    }

    private async Task<RevocationProof> LookUpAsync(Uri address, X509Certificate2 certificate, X509Certificate2 issuer)
    {
        // One list serves every certificate of its issuer.
        var list = await _lists.GetAsync(
            $"{address} {issuer.GetCertHashString(HashAlgorithmName.SHA256)}",
            () => metrics.CountAsync(address, "crl", () => DownloadAsync(address, issuer)),
            list => FreshUntil(list.NextUpdate ?? DateTimeOffset.MaxValue),
            list => list.NextUpdate ?? DateTimeOffset.MinValue,
            CancellationToken.None);
        return list.Covers(certificate)
            ? Proof(list, certificate)
            : throw new RevocationUnknownException($"{address.Host} sent a revocation list whose scope leaves the certificate out");
    }

    private async Task<CertificateRevocationList> DownloadAsync(Uri address, X509Certificate2 issuer)
    {
        var der = await transport.GetListAsync(address, CancellationToken.None);
        try
        {
            var list = CertificateRevocationList.Read(der);
            if (!list.Issuer.Span.SequenceEqual(issuer.SubjectName.RawData))
                throw new RevocationUnknownException($"{address.Host} sent the revocation list of another issuer");
            if (list.SignatureProblem(issuer) is { } problem)
                throw new RevocationUnknownException($"{address.Host} sent a revocation list whose signature {problem}");
            _ = GoodUntil(list.ThisUpdate, list.NextUpdate, address.Host);
            return list;
        }
        catch (AsnContentException e)
        {
            throw new RevocationUnknownException($"{address.Host} sent no usable revocation list", e);
        }
    }

    private RevocationProof Proof(CertificateRevocationList list, X509Certificate2 certificate)
    {
        var goodUntil = list.NextUpdate ?? time.GetUtcNow() + options.Value.Refresh;
        return new(list.Der, IsOcsp: false, list.RevokedAt(certificate), FreshUntil(goodUntil), goodUntil);
    }

    // RFC 6960 §3.2: neither made in the future nor overdue. Without nextUpdate only what was made just now is current.
    private DateTimeOffset GoodUntil(DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, string host)
    {
        var now = time.GetUtcNow();
        var (skew, refresh) = (options.Value.MaxClockSkew, options.Value.Refresh);
        if (thisUpdate > now + skew)
            throw new RevocationUnknownException($"{host} sent an answer from the future ({thisUpdate.UtcDateTime:u})");
        if ((nextUpdate ?? thisUpdate + refresh + skew) < now)
            throw new RevocationUnknownException($"{host} sent an answer that is out of date (of {thisUpdate.UtcDateTime:u})");

        return nextUpdate ?? now + refresh;
    }

    private DateTimeOffset FreshUntil(DateTimeOffset goodUntil)
    {
        var renew = time.GetUtcNow() + options.Value.Refresh;
        return renew < goodUntil ? renew : goodUntil;
    }
}
