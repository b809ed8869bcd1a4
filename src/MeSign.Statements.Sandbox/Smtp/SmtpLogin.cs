using System.Text;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>AUTH PLAIN (RFC 4616), LOGIN and XOAUTH2 against one user.</summary>
internal sealed class SmtpLogin(SmtpWire wire, SmtpSinkOptions options)
{
    /// <summary>Asks for what the command did not bring, checks it and answers.</summary>
    /// <param name="argument">The mechanism, and the initial response where the client sent it (RFC 4954 §4).</param>
    /// <returns>Whether it is the user.</returns>
    public async Task<bool> CheckAsync(string argument, CancellationToken cancellationToken)
    {
        var words = argument.Split(' ', 2);
        var given = words.Length > 1 ? words[1] : null;
        string? user, password;
        if (words[0].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            // RFC 4616 §2: authorization identity, NUL, user, NUL, password.
            var parts = Decode(given ?? await AskAsync("", cancellationToken))?.Split('\0');
            (user, password) = parts?.Length == 3 ? (parts[1], parts[2]) : (null, null);
        }
        else if (words[0].Equals("LOGIN", StringComparison.OrdinalIgnoreCase))
        {
            user = Decode(given ?? await AskAsync("VXNlcm5hbWU6", cancellationToken));
            password = Decode(await AskAsync("UGFzc3dvcmQ6", cancellationToken));
        }
        else if (words[0].Equals("XOAUTH2", StringComparison.OrdinalIgnoreCase) && options.Token is not null)
        {
            var bearer = Decode(given ?? await AskAsync("", cancellationToken));
            var granted = string.Equals(bearer, $"user={options.User}\u0001auth=Bearer {options.Token}\u0001\u0001", StringComparison.Ordinal);
            wire.Reply(granted ? "235 2.7.0 welcome" : "535 5.7.8 wrong token");
            return granted;
        }
        else
        {
            wire.Reply("504 5.5.4 PLAIN or LOGIN");
            return false;
        }

        var right = string.Equals(user, options.User, StringComparison.Ordinal)
            && string.Equals(password, options.Password, StringComparison.Ordinal);
        wire.Reply(right ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or password");
        return right;
    }

    private async Task<string?> AskAsync(string challenge, CancellationToken cancellationToken)
    {
        wire.Reply("334 " + challenge);
        return await wire.ReadLineAsync(cancellationToken);
    }

    private static string? Decode(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var count) ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }
}
