using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Signing;

/// <summary>Refuses a signing certificate that receivers would not accept, with every fault at once, and finds its way to the root.</summary>
internal static partial class SigningIdentityCheck
{
    private const int MaxChain = 8;

    /// <param name="source">Names the file or token in messages.</param>
    /// <param name="candidates">Certificates that may lie above, roots included.</param>
    /// <returns>The certificates above the signer in order, without the root; and the root.</returns>
    /// <exception cref="InvalidDataException">The certificate must not be used; the message names every fault and its fix.</exception>
    public static (IReadOnlyList<X509Certificate2> Chain, X509Certificate2 Root) Run(
        string source,
        X509Certificate2 signer,
        IReadOnlyList<X509Certificate2> candidates,
        SigningIdentityOptions options,
        TimeProvider time,
        ILogger? logger)
    {
        var now = time.GetUtcNow();
        var faults = new List<string>(Faults(signer, now));
        var (chain, root) = Climb(signer, candidates, faults);
        foreach (var expired in chain.Where(link => link.NotAfter.ToUniversalTime() <= now.UtcDateTime))
            faults.Add($"has an expired certificate in its chain ({expired.Subject}, until {expired.NotAfter.ToUniversalTime():u}): export the chain again");
        if (faults.Count > 0 || root is null)
            throw Refused(source, string.Join("; it ", faults));

        foreach (var link in chain.Prepend(signer).Where(link => link.NotAfter.ToUniversalTime() - now.UtcDateTime < options.WarnBeforeExpiry))
        {
            if (logger is not null)
                Log.ExpiresSoon(logger, link.Subject, Path.GetFileName(source), link.NotAfter.ToUniversalTime());
        }

        return (chain, root);
    }

    public static InvalidDataException Refused(string source, string problem) => new($"The signing identity {source} {problem}.");

    private static IEnumerable<string> Faults(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
            yield return $"expired at {certificate.NotAfter.ToUniversalTime():u}: renew the certificate";
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
            yield return $"is valid only from {certificate.NotBefore.ToUniversalTime():u}: check the clock or wait";
        if (KeyStrength.Problem(certificate) is { } weak)
            yield return $"has a {weak}: order a certificate with a stronger key";
        if (!CertificateUsage.MaySign(certificate))
            yield return "has a keyUsage with neither digitalSignature nor nonRepudiation: order a certificate for signing";
    }

    /// <summary>Upward from the signer, each issuer found by name and proved by signature.</summary>
    private static (List<X509Certificate2> Chain, X509Certificate2? Root) Climb(
        X509Certificate2 signer, IReadOnlyList<X509Certificate2> candidates, List<string> faults)
    {
        var chain = new List<X509Certificate2>();
        var last = signer;
        while (!SignedObject.IsIssuedBy(last, last))
        {
            var issuer = candidates.FirstOrDefault(candidate => SignedObject.IsIssuedBy(last, candidate));
            if (issuer is null || chain.Count == MaxChain)
            {
                faults.Add(issuer is null
                    ? $"lacks the issuer of {last.Subject}, which is {last.Issuer}: export it with the whole certification path"
                    : $"has a chain of more than {MaxChain} certificates");
                return (chain, null);
            }

            if (!SignedObject.IsIssuedBy(issuer, issuer))
                chain.Add(X509CertificateLoader.LoadCertificate(issuer.RawData));
            last = issuer;
        }

        return (chain, X509CertificateLoader.LoadCertificate(last.RawData));
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "The certificate {Subject} of the signing identity {Source} expires at {NotAfter:u}: renew it before then, or its issuers' statements fail")]
        public static partial void ExpiresSoon(ILogger logger, string subject, string source, DateTime notAfter);
    }
}
