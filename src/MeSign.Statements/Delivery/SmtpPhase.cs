namespace MeSign.Statements.Delivery;

/// <summary>What the relay is answering: the same reply code means another thing at each step.</summary>
internal enum SmtpPhase
{
    /// <summary>Greeting, EHLO, STARTTLS: before anything is said about a message.</summary>
    Connect,

    /// <summary>AUTH.</summary>
    Authenticate,

    /// <summary>MAIL FROM.</summary>
    Sender,

    /// <summary>RCPT TO.</summary>
    Recipient,

    /// <summary>DATA, before the content.</summary>
    Data,

    /// <summary>The final dot.</summary>
    End,
}
