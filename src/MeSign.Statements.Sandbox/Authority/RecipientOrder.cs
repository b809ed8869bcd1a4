namespace MeSign.Statements.Sandbox.Authority;

/// <summary>A recipient who gets a certificate, a good one or one with a fault.</summary>
/// <param name="Address">The mailbox.</param>
/// <param name="Name">The person, for the subject's common name.</param>
internal sealed record RecipientOrder(string Address, string Name, KeyKind Key, RecipientFault Fault = RecipientFault.None);

internal enum RecipientFault
{
    None,
    Expired,
    NotYetValid,

    /// <summary>On the issuing CA's revocation list.</summary>
    Revoked,

    /// <summary>Issued to another mailbox.</summary>
    WrongAddress,

    /// <summary>keyUsage allows signatures only.</summary>
    NoKeyEncipherment,

    /// <summary>extendedKeyUsage without emailProtection.</summary>
    NoEmailProtection,
}
