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
