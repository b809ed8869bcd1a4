using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Cli.Sign;

/// <summary>Timestamp servers on the command line, and what they need: the same settings as in a file, for this command alone.</summary>
internal sealed class TsaOptions
{
    private readonly Option<string[]> _servers = Many("--tsa", "URL", "RFC 3161 timestamp servers, asked in this order.");
    private readonly Option<string[]> _trust = Many("--tsa-trust", "FILE", "Roots of these servers: a token that does not lead there is refused. Where none is given, the root of --pfx.");
    private readonly Option<string[]> _tlsTrust = Many("--tsa-tls-trust", "FILE", "The only roots that the TLS certificates of these servers may lead to; the system's where none is given.");
    private readonly Option<string?> _user = new("--tsa-user") { Description = "User name for the one server that --tsa names (HTTP Basic).", HelpName = "NAME" };
    private readonly Option<FileInfo?> _password = new("--tsa-password-file") { Description = "Holds the password of --tsa-user.", HelpName = "FILE" };

    public IEnumerable<Option> All => [_servers, _trust, _tlsTrust, _user, _password];

    /// <exception cref="CommandException">One is no URL of http or https.</exception>
    public Uri[] Servers(ParseResult parsed) => [.. (parsed.GetValue(_servers) ?? []).Select(server =>
        Uri.TryCreate(server, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            ? address
            : throw CommandException.Usage($"--tsa {server} is not a URL of http or https."))];

    /// <summary>What the command line sets in place of the settings file.</summary>
    /// <param name="root">The signer's own root, where the signer is given by hand: a bank's own servers share it.</param>
    /// <exception cref="CommandException">The login is half given, or for several servers.</exception>
    public IEnumerable<KeyValuePair<string, string?>> Settings(ParseResult parsed, Func<X509Certificate2?>? root)
    {
        var servers = Servers(parsed);
        var (user, password) = (parsed.GetValue(_user), parsed.GetValue(_password));
        if ((user is null) != (password is null) || (user is not null && servers.Length != 1))
            throw CommandException.Usage("--tsa-user NAME and --tsa-password-file FILE go together, with one --tsa URL: further servers and logins stand in settings.");

        foreach (var anchor in List($"{TimestampOptions.Section}:Roots", parsed.GetValue(_trust)))
            yield return anchor;
        // Under a name, and so beside the roots of a settings file instead of in the place of one.
        if (servers.Length > 0 && parsed.GetValue(_trust) is not { Length: > 0 } && root?.Invoke() is { } own)
            yield return new($"{TimestampOptions.Section}:Roots:signer", own.ExportCertificatePem());
        // Who names an http server by hand means it; what comes back is checked against the roots all the same.
        if (Array.Exists(servers, server => server.Scheme == Uri.UriSchemeHttp))
            yield return new($"{TimestampOptions.Section}:AllowHttp", "true");
        if (user is null && parsed.GetValue(_tlsTrust) is not { Length: > 0 })
            yield break;
        foreach (var (index, server) in servers.Index())
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{TimestampOptions.Section}:Servers:by hand {index}");
            yield return new($"{key}:{nameof(TimestampServerOptions.Address)}", server.AbsoluteUri);
            yield return new($"{key}:{nameof(TimestampServerOptions.User)}", user);
            yield return new($"{key}:{nameof(TimestampServerOptions.PasswordFile)}", password?.FullName);
            foreach (var tlsRoot in List($"{key}:{nameof(TimestampServerOptions.TrustedRoots)}", parsed.GetValue(_tlsTrust)))
                yield return tlsRoot;
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> List(string key, string[]? values) => (values ?? []).Index()
        .Select(value => KeyValuePair.Create<string, string?>(string.Create(CultureInfo.InvariantCulture, $"{key}:{value.Index}"), value.Item));

    private static Option<string[]> Many(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help, AllowMultipleArgumentsPerToken = true };
}
