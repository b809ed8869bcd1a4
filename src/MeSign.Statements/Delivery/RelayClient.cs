using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>One SMTP connection and what the pool must know of it.</summary>
internal sealed class RelayClient : SmtpClient
{
    private readonly Socket _socket;
    private readonly X509Certificate2Collection _roots;
    private readonly RelayOptions _relay;
    private readonly SslStreamCertificateContext? _ownCertificate;

    /// <param name="socket">Connected; owned by this client.</param>
    /// <param name="report">Told of TLS that is not as it must be.</param>
    /// <exception cref="InvalidDataException">A certificate in the settings cannot be read.</exception>
    public RelayClient(Socket socket, RelayOptions relay, Action<TlsFault> report)
        : base(new ReplyLimit())
    {
        _socket = socket;
        _relay = relay;
        _roots = TrustedRoots.Load(relay.TrustedRoots);
        _ownCertificate = ClientCertificate.Load(relay.ClientCertificate, relay.ClientCertificatePasswordFile);

        // Longer than an attempt may take: the attempt's own limit is the one that knows what had left by then.
        Timeout = (int)(relay.Timeout + TimeSpan.FromSeconds(5)).TotalMilliseconds;
        MailTls.Require(this);
        ServerCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (MailTls.Fault(certificate, chain, errors, relay.CertificateNames) is not { } fault)
                return true;

            report(fault);
            return relay.TlsPolicy == TlsPolicy.Testing;
        };
        RequireTLS = relay.RequireTls;
        DeliveryStatusNotificationType = relay.Return;
    }

    /// <summary>Whether messages go with BDAT (RFC 3030) rather than DATA.</summary>
    public bool SendsChunks => _relay.Chunking && Capabilities.HasFlag(SmtpCapabilities.Chunking);

    /// <summary>Whether SMTPUTF8 is not to be had any more on this connection, whatever the relay offered.</summary>
    public bool GaveUpSmtpUtf8 { get; private set; }

    /// <summary>ENVID of the next transaction; sent where the relay offers DSN.</summary>
    public string? EnvelopeId { get; set; }

    /// <summary>Messages begun on this connection.</summary>
    public int Messages { get; set; }

    /// <summary>When it was last given back, by the pool's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>
    /// Whether the other side hung up, or said something unasked (421 before it does): what comes next on such a connection
    /// would be taken for the answer to another question.
    /// </summary>
    public bool IsStale()
    {
        try
        {
            return !IsConnected || _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Sends addresses with A-labels from now on: MailKit has no way back.</summary>
    public void GiveUpSmtpUtf8()
    {
        GaveUpSmtpUtf8 = true;
        Capabilities &= ~SmtpCapabilities.UTF8;
    }

    // The mode for binary data, which only means BDAT: the messages are lines of text, and their bytes the same either way.
    protected override bool PreferSendAsBinaryData => SendsChunks;

    // With NOTIFY MailKit writes ORCPT, and the type rfc822 of any address; one that is not ASCII is of the type utf-8 (RFC 6533 §3).
    protected override DeliveryStatusNotification? GetDeliveryStatusNotifications(MimeMessage message, MailboxAddress mailbox) =>
        mailbox.IsInternational && !GaveUpSmtpUtf8 ? null : _relay.Notify;

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        ((StoredMessage)message).SenderTaken = true;

    protected override string GetEnvelopeId(MimeMessage message) => EnvelopeId!;

    /// <summary>Whether the other side has closed the connection.</summary>
    public bool HungUp()
    {
        try
        {
            return _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && _socket.Receive(stackalloc byte[1], SocketFlags.Peek) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(
        string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
    {
        var options = base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback);
        options.CertificateChainPolicy = MailTls.Policy(_roots);
        options.ClientCertificateContext = _ownCertificate;
        return options;
    }

    protected override long GetSize(FormatOptions options, MimeMessage message, CancellationToken cancellationToken) => ((StoredMessage)message).Length;

    protected override Task<long> GetSizeAsync(FormatOptions options, MimeMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(((StoredMessage)message).Length);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _socket.Dispose();
    }
}
