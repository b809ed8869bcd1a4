namespace MeSign.Statements.Pdf.Encryption;

/// <summary>What a crypt filter does with data (ISO 32000-2 table 25).</summary>
internal enum CryptMethod
{
    /// <summary>Nothing: the data is in the clear.</summary>
    Identity,

    /// <summary>RC4 with a key of the object.</summary>
    V2,

    /// <summary>AES-128 in CBC mode with a key of the object.</summary>
    AesV2,

    /// <summary>AES-256 in CBC mode with the file's key.</summary>
    AesV3,
}
