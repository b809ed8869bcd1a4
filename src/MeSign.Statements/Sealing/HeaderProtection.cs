namespace MeSign.Statements.Sealing;

/// <summary>The <c>hp</c> parameter of a Cryptographic Payload (RFC 9788 §2.1).</summary>
internal enum HeaderProtection
{
    /// <summary><c>hp="clear"</c>: signed; everyone on the way may read the fields.</summary>
    Clear,

    /// <summary><c>hp="cipher"</c>: signed and encrypted.</summary>
    Cipher,
}
