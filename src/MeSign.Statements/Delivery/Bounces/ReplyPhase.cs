namespace MeSign.Statements.Delivery.Bounces;

/// <summary>How far a transaction had come when a server refused it.</summary>
internal enum ReplyPhase
{
    Unknown,

    /// <summary>Greeting and EHLO.</summary>
    Connect,

    MailFrom,

    /// <summary>RCPT TO.</summary>
    Recipient,

    /// <summary>DATA and what follows it.</summary>
    Data,
}
