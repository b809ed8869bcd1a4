using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Imap;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>One IMAP connection that trusts only what the settings name.</summary>
internal sealed class BounceMailboxClient : ImapClient
{
    private readonly X509Certificate2Collection _roots;

    public BounceMailboxClient(X509Certificate2Collection roots, TimeSpan timeout)
    {
        _roots = roots;
        Timeout = (int)timeout.TotalMilliseconds;
        MailTls.Require(this);
    }

    protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(
        string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
    {
        var options = base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback);
        options.CertificateChainPolicy = MailTls.Policy(_roots);
        return options;
    }
}
