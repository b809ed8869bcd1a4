using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Security;

namespace MeSign.Statements.Delivery;

/// <summary>What TLS with a mail server must be: 1.2 or later, a certificate for its name that leads to a trusted root.</summary>
internal static class MailTls
{
    public static void Require(MailService client)
    {
        client.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        client.CheckCertificateRevocation = false;

        // MailKit's own check takes some certificates that lead nowhere; here no fault at all is accepted.
        client.ServerCertificateValidationCallback = static (_, _, _, errors) => errors == SslPolicyErrors.None;
    }

    /// <summary>Null for TLS as it must be.</summary>
    /// <param name="names">Names of which the certificate must bear one; where empty, the name that was connected to decides.</param>
    public static TlsFault? Fault(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, IEnumerable<string> names)
    {
        var known = names.Any() ? certificate is X509Certificate2 shown && names.Any(name => shown.MatchesHostname(name)) : !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
            return status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? TlsFault.CertificateExpired
                : (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0 ? TlsFault.CertificateNotTrusted
                : TlsFault.ValidationFailure;
        }

        return (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != SslPolicyErrors.None ? TlsFault.ValidationFailure
            : known ? null
            : TlsFault.CertificateHostMismatch;
    }

    /// <param name="roots">The only roots trusted; the system's where empty.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = roots.Count == 0 ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    public static SecureSocketOptions Security(TlsMode tls) => tls switch
    {
        TlsMode.Implicit => SecureSocketOptions.SslOnConnect,
        TlsMode.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };
}
