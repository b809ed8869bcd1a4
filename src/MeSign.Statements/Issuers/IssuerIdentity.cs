using System.Security.Cryptography;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Issuers;

/// <summary>Opens an issuer's signing identity with the password from its file.</summary>
internal static class IssuerIdentity
{
    /// <exception cref="InvalidDataException">It must not be used; the message names the file and the fix.</exception>
    public static SigningIdentity Load(IssuerOptions issuer, TimeProvider time, ILogger? logger)
    {
        var password = string.IsNullOrEmpty(issuer.SigningPasswordFile) ? "" : File.ReadAllText(issuer.SigningPasswordFile).TrimEnd('\r', '\n');
        var options = new SigningIdentityOptions { Hash = new HashAlgorithmName(issuer.SigningHash), Scheme = issuer.SigningScheme };
        return SigningIdentityFile.Load(issuer.SigningPkcs12, password, time, options, logger: logger);
    }

    public static (SigningIdentity? Identity, string? Fault) TryLoad(IssuerOptions issuer, TimeProvider time)
    {
        try
        {
            return (Load(issuer, time, logger: null), null);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return (null, fault.Message);
        }
    }
}
