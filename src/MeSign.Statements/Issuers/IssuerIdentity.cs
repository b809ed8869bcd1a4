using System.Security.Cryptography;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Issuers;

/// <summary>Opens an issuer's signing identity with the password or PIN from its file.</summary>
internal static class IssuerIdentity
{
    /// <exception cref="InvalidDataException">It must not be used; the message names the file or token and the fix.</exception>
    public static SigningIdentity Load(IssuerOptions issuer, TimeProvider time, ILogger? logger)
    {
        var options = new SigningIdentityOptions
        {
            Hash = new HashAlgorithmName(issuer.SigningHash),
            Scheme = issuer.SigningScheme,
            WarnBeforeExpiry = issuer.SigningWarnBeforeExpiry,
        };
        if (string.IsNullOrEmpty(issuer.SigningPkcs11Module))
            return SigningIdentityFile.Load(issuer.SigningPkcs12, Secret(issuer.SigningPasswordFile), time, options, logger: logger);

        return SigningIdentityToken.Load(
            issuer.SigningPkcs11Module,
            issuer.SigningPkcs11Token!,
            issuer.SigningPkcs11Label!,
            Secret(issuer.SigningPkcs11PinFile),
            issuer.SigningPkcs11Chain.Where(file => file.Length > 0),
            time,
            options,
            logger);
    }

    private static string Secret(string? file) => string.IsNullOrEmpty(file) ? "" : File.ReadAllText(file).TrimEnd('\r', '\n');

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
