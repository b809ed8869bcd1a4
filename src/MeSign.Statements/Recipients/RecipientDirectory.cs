using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

/// <summary>Finds the certificates to encrypt to: asks every source, checks every certificate, remembers the answer for a while.</summary>
public sealed partial class RecipientDirectory
{
    private readonly ICertificateSource[] _sources;
    private readonly CertificateCheck _check;
    private readonly RecipientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BoundedCache<RecipientCertificates> _known;

    internal RecipientDirectory(
        IEnumerable<ICertificateSource> sources,
        CertificateCheck check,
        IOptions<RecipientOptions> options,
        TimeProvider time,
        ILogger<RecipientDirectory> logger)
    {
        _sources = [.. sources];
        _check = check;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _known = new BoundedCache<RecipientCertificates>(_options.CacheEntries, time);
    }

    /// <returns>Usable certificates, and those found that are not, with the reason. Empty only where every source said that it holds none.</returns>
    /// <exception cref="StatementDelayedException">A source or the revocation lists cannot tell now. That is never the same as "none".</exception>
    public async Task<RecipientCertificates> FindAsync(JobRecipient recipient, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        if (!EmailAddress.TryParse(recipient.Address, out var address, out var problem))
            throw new StatementFailedException(FailureCode.InvalidAddress, $"recipient.email is not an address: {problem}");

        var key = _options.CaseSensitiveLocalPart ? $"{address.Local}@{address.Domain}" : address.Normalized;
        if (_known.TryGet(key, out var known))
            return known;

        var found = await Task.WhenAll(_sources.Select(source => source.FindAsync(address, cancellationToken)));
        var now = _time.GetUtcNow();
        var certificates = Check(address, _sources.Zip(found), now);
        _known.Set(key, certificates, Until(certificates, now));
        return certificates;
    }

    private RecipientCertificates Check(
        EmailAddress address, IEnumerable<(ICertificateSource Source, IReadOnlyList<FoundCertificate> Found)> answers, DateTimeOffset now)
    {
        var usable = new List<X509Certificate2>();
        var rejected = new List<RejectedCertificate>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (source, found) in answers)
        {
            foreach (var item in found)
            {
                var thumbprint = CertificateTable.Thumbprint(item.Der.Span);
                if (!seen.Add(thumbprint))
                    continue;

                if (Problem(item, address, now, out var certificate) is not { } problem)
                {
                    usable.Add(certificate!);
                    continue;
                }

                certificate?.Dispose();
                Log.Rejected(_logger, source.Name, problem);
                rejected.Add(new RejectedCertificate(thumbprint, problem, source.Name));
            }
        }

        // With an up-to-date list this one might be the recipient's: without it the policy would be asked about "none".
        if (usable.Count == 0 && rejected.Exists(one => one.Problem == CertificateProblem.RevocationUnknown))
            throw new StatementDelayedException("the revocation list of the recipient's certificate is out of date");
        return new RecipientCertificates(usable, rejected);
    }

    private CertificateProblem? Problem(FoundCertificate found, EmailAddress address, DateTimeOffset now, out X509Certificate2? certificate)
    {
        certificate = null;
        var intermediates = new List<X509Certificate2>();
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(found.Der.Span);
            intermediates.AddRange(found.Intermediates.Select(der => X509CertificateLoader.LoadCertificate(der.Span)));
            return _check.Find(certificate, address, intermediates, now);
        }
        catch (CryptographicException)
        {
            return CertificateProblem.Unreadable;
        }
        finally
        {
            intermediates.ForEach(intermediate => intermediate.Dispose());
        }
    }

    /// <summary>An answer holds for the set time, and no longer than until a certificate in it expires.</summary>
    private DateTimeOffset Until(RecipientCertificates certificates, DateTimeOffset now)
    {
        if (certificates.Usable.Count == 0)
            return now + _options.NegativeCacheTime;

        var expires = certificates.Usable.Min(certificate => new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        return expires < now + _options.CacheTime ? expires : now + _options.CacheTime;
    }

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Information, "A recipient's certificate from the {Source} is not used: {Problem}.")]
        public static partial void Rejected(ILogger logger, string source, CertificateProblem problem);
    }
}
