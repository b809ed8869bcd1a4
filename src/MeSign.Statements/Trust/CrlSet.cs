using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>Revocation lists and OCSP responses at hand. Given to checks; it never fetches.</summary>
public sealed class CrlSet
{
    private readonly Dictionary<string, List<CertificateRevocationList>> _byIssuer;
    private readonly ILookup<string, OcspResponse> _bySerial;
    private CrlSet? _given;

    private CrlSet(IEnumerable<CertificateRevocationList> lists, IEnumerable<OcspResponse> responses)
    {
        _byIssuer = lists
            .GroupBy(list => Convert.ToHexString(list.Issuer.Span), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.OrderByDescending(list => list.ThisUpdate).ToList(), StringComparer.Ordinal);
        _bySerial = responses
            .SelectMany(response => response.Answers.Select(answer => (Serial: answer.Id.SerialNumber, Response: response)))
            .ToLookup(pair => pair.Serial, pair => pair.Response, StringComparer.Ordinal);
    }

    /// <summary>Knows nothing.</summary>
    public static CrlSet None { get; } = new([], []);

    /// <summary>Reads lists from files (PEM or DER) and folders.</summary>
    /// <exception cref="InvalidDataException">A path does not exist or a file is not a revocation list.</exception>
    public static CrlSet Load(IEnumerable<string> paths)
    {
        var lists = new List<CertificateRevocationList>();
        foreach (var file in TrustFiles.Expand(paths))
        {
            try
            {
                lists.AddRange(TrustFiles.Blocks(TrustFiles.Read(file), "X509 CRL").Select(CertificateRevocationList.Read));
            }
            catch (AsnContentException e)
            {
                throw new InvalidDataException($"{file} is not a certificate revocation list: give PEM or DER (RFC 5280 §5).", e);
            }
        }

        return new(lists, []);
    }

    /// <summary>Lists (and OCSPResponses) at hand, DER; anything that cannot be read is left out, as it proves nothing.</summary>
    public static CrlSet Of(IEnumerable<ReadOnlyMemory<byte>> lists, IEnumerable<ReadOnlyMemory<byte>>? ocsps = null) =>
        new(Readable(lists, CertificateRevocationList.Read), Readable(ocsps ?? [], OcspResponse.Read));

    /// <summary>
    /// Beside these, what came along with a signature or its document. It can tell a status; where it is outdated or signed by nobody, it
    /// is as if it had been left out, which anybody on the way could have done.
    /// </summary>
    public CrlSet With(CrlSet carried) => carried._byIssuer.Count == 0 && carried._bySerial.Count == 0
        ? this
        : new(
            _byIssuer.Values.Concat(carried._byIssuer.Values).SelectMany(lists => lists),
            _bySerial.Concat(carried._bySerial).SelectMany(responses => responses).Distinct())
        {
            _given = _given ?? this,
        };

    /// <summary>The certificate's status at a time (RFC 5280 §6.3): revoked where anything says so, good where anything else says that.</summary>
    public RevocationStatus Find(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset at)
    {
        var status = FindInLists(certificate, issuer, at);
        foreach (var response in _bySerial[Convert.ToHexString(certificate.SerialNumberBytes.Span)])
        {
            if (status.Revoked is not null)
                break;
            var other = response.Find(certificate, issuer, at, (responder, made) => FindInLists(responder, issuer, made));
            if (other.Revoked is not null || (!status.IsGood && other.Covered))
                status = other;
        }

        return _given is null || status is not { Unknown: not null, Covered: true, IsDisowned: false }
            ? status
            : status with { Covered = _given.Find(certificate, issuer, at).Covered };
    }

    /// <summary>The newest list that tells the certificate's status at a time; null where none does.</summary>
    internal CertificateRevocationList? FindList(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset at) =>
        _byIssuer.TryGetValue(Convert.ToHexString(issuer.SubjectName.RawData), out var lists)
            ? lists.FirstOrDefault(list => list.Covers(certificate) && list.SignatureProblem(issuer) is null && list.ThisUpdate <= at && !(list.NextUpdate < at))
            : null;

    private static List<T> Readable<T>(IEnumerable<ReadOnlyMemory<byte>> encoded, Func<ReadOnlyMemory<byte>, T> read)
    {
        var all = new List<T>();
        foreach (var der in encoded)
        {
            try
            {
                all.Add(read(der));
            }
            catch (AsnContentException)
            {
                continue;
            }
        }

        return all;
    }

    // By the newest list that its issuer signed.
    private RevocationStatus FindInLists(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset at)
    {
        if (!_byIssuer.TryGetValue(Convert.ToHexString(issuer.SubjectName.RawData), out var lists))
            return RevocationStatus.NotListed;

        var status = RevocationStatus.NotListed;
        foreach (var list in lists.Where(list => list.Covers(certificate)))
        {
            if (list.SignatureProblem(issuer) is { } problem)
            {
                status = status.Covered ? status : new(null, $"the signature of its issuer's list {problem}", Covered: true);
                continue;
            }

            if (list.RevokedAt(certificate) is { } since && since <= at)
                return new(since, null, Covered: true);

            // A list issued after the time asked for knows all that was revoked until then; an older one only while it is current.
            if (list.ThisUpdate > at || list.NextUpdate is null || list.NextUpdate >= at)
                return RevocationStatus.Good;

            status = new(null, $"its issuer's list was due for renewal at {list.NextUpdate.Value.UtcDateTime:u}", Covered: true);
        }

        return status;
    }
}
