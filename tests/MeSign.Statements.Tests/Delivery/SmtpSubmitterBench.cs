using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>One relay and a submitter for it.</summary>
public abstract class SmtpSubmitterBench : RelayBench
{
    private protected static byte[] Small { get; } = Message("Dear Bob,\r\n.\r\n..\r\n.dots\r\n\r\n\r\n.\r\n");

    /// <summary>More than the sockets' buffers hold: writing it notices a relay that does not read.</summary>
    private protected static byte[] Large { get; } = Message(string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 300_000)));

    private protected X509Certificate2 Wrong(string how, RelayCertificates other) => how switch
    {
        "of another root" => other.Server(),
        "for another host" => _certificates.Server(host: "elsewhere.example"),
        "expired" => _certificates.Server(expired: true),
        _ => _certificates.Server(usage: "1.3.6.1.5.5.7.3.2"),
    };

    private protected SmtpSubmitter Submitter(RelayOptions relay) => Submitter(("main", relay));
}
