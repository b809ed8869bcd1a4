using System.Net;
using Azure.Core;
using Azure.Identity;
using MailKit;
using MailKit.Security;

namespace MeSign.Statements.Delivery;

/// <summary>
/// Logs in at a mail server: with a password by what the server offers (SCRAM, PLAIN, LOGIN …), or with a token of this
/// process's Azure identity (XOAUTH2).
/// </summary>
/// <param name="identity">Asked for only where a token is wanted.</param>
internal sealed class MailLogin(Func<TokenCredential> identity)
{
    /// <exception cref="AuthenticationException">There is no password or token, or the server does not take it.</exception>
    public async Task AuthenticateAsync(IMailService client, string user, string? passwordFile, string? tokenScope, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(tokenScope))
            await client.AuthenticateAsync(new SaslMechanismOAuth2(user, await TokenAsync(tokenScope, cancellationToken)), cancellationToken);
        else
            await client.AuthenticateAsync(new NetworkCredential(user, await PasswordAsync(passwordFile!, cancellationToken)), cancellationToken);
    }

    public static IEnumerable<string> Faults(string? user, string? passwordFile, string? tokenScope)
    {
        if (!string.IsNullOrEmpty(passwordFile) && !string.IsNullOrEmpty(tokenScope))
            yield return "PasswordFile and TokenScope are both given: one of them proves who it is";
        else if (string.IsNullOrEmpty(user) != (string.IsNullOrEmpty(passwordFile) && string.IsNullOrEmpty(tokenScope)))
            yield return "User goes with PasswordFile or TokenScope: give both or neither";
        if (!string.IsNullOrEmpty(passwordFile) && !File.Exists(passwordFile))
            yield return $"PasswordFile \"{passwordFile}\" does not exist";
    }

    private async Task<string> TokenAsync(string scope, CancellationToken cancellationToken)
    {
        try
        {
            return (await identity().GetTokenAsync(new TokenRequestContext([scope]), cancellationToken)).Token;
        }
        catch (AuthenticationFailedException refused)
        {
            throw new AuthenticationException($"no token for {scope}: {refused.GetType().Name}", refused);
        }
    }

    private static async Task<string> PasswordAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new AuthenticationException($"the password file cannot be read: {unreadable.GetType().Name}", unreadable);
        }
    }
}
