using MailKit;
using MailKit.Net.Smtp;

namespace MeSign.Statements.Delivery;

/// <summary>
/// Ends a connection whose server answers without end: MailKit keeps a reply in memory until its last line is over. A logger
/// is what MailKit shows every byte of the dialogue to, before TLS and inside it.
/// </summary>
internal sealed class ReplyLimit : IProtocolLogger
{
    /// <summary>Bytes since the last command. RFC 5321 §4.5.3.1.5 allows a line of a reply 512; the longest replies, to EHLO, have a few dozen.</summary>
    public const int MaxBytes = 64 * 1024;

    private int _received;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    public void LogConnect(Uri uri)
    {
    }

    public void LogClient(byte[] buffer, int offset, int count) => _received = 0;

    /// <exception cref="SmtpProtocolException">It is more than a reply has.</exception>
    public void LogServer(byte[] buffer, int offset, int count)
    {
        _received += count;
        if (_received > MaxBytes)
            throw new SmtpProtocolException($"more than {MaxBytes} bytes in answer to one command");
    }

    public void Dispose()
    {
    }
}
