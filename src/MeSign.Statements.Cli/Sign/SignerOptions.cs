using System.CommandLine;
using System.Security.Cryptography;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Sign;

/// <summary>Who signs: an issuer of the settings, or a PKCS#12 file and timestamp servers on the command line.</summary>
internal sealed class SignerOptions
{
    private readonly Option<string?> _issuer = new("--issuer") { Description = "An issuer of the settings: its key, timestamp servers and texts.", HelpName = "ID" };
    private readonly Option<FileInfo?> _pfx = new("--pfx") { Description = "PKCS#12 file with key, certificate and chain, or PEM with the same.", HelpName = "FILE" };
    private readonly Option<FileInfo?> _password = new("--password-file") { Description = "Holds the password of --pfx (not of a PDF).", HelpName = "FILE" };
    private readonly Option<string?> _hash = new("--hash") { Description = "With --pfx: SHA256 (default), SHA384 or SHA512.", HelpName = "HASH" };
    private readonly Option<string?> _scheme = new("--scheme") { Description = "With --pfx and an RSA key: RsaPkcs1 (default) or RsaPss.", HelpName = "SCHEME" };
    private readonly Option<string[]> _chain = new("--chain")
    {
        Description = "Certificates that --pfx leaves out, up to the root: PEM or DER, or a folder.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly TsaOptions _timestamps = new();

    public SignerOptions()
    {
        _hash.AcceptOnlyFromAmong("SHA256", "SHA384", "SHA512");
        _scheme.AcceptOnlyFromAmong(nameof(SignatureScheme.RsaPkcs1), nameof(SignatureScheme.RsaPss));
    }

    /// <summary>For a command that takes the id for more than the signature.</summary>
    public Option<string?> IssuerId => _issuer;

    /// <summary>Whether the signer is a file on the command line and not an issuer of the settings.</summary>
    public bool IsByHand(ParseResult parsed) => parsed.GetValue(_pfx) is not null;

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_issuer, _pfx, _password, _hash, _scheme, _chain, .. _timestamps.All])
            command.Options.Add(option);
    }

    /// <summary>What the command line sets in place of the settings file.</summary>
    /// <exception cref="CommandException">An option is wrong.</exception>
    public IEnumerable<KeyValuePair<string, string?>> Settings(ParseResult parsed) =>
        _timestamps.Settings(parsed, parsed.GetValue(_pfx) is null ? null : () => Identity(parsed).Root);

    /// <param name="level">As the issuer's settings say where null, or B-T.</param>
    /// <exception cref="CommandException">Too little or too much is given.</exception>
    /// <exception cref="InvalidDataException">The identity must not be used.</exception>
    public PdfSignatureRequest Request(ParseResult parsed, IServiceProvider provider, PadesLevel? level)
    {
        var servers = _timestamps.Servers(parsed);
        if ((parsed.GetValue(_issuer) is null) == (parsed.GetValue(_pfx) is null))
            throw CommandException.Usage("who signs? Give --pfx FILE, or --issuer ID with settings, and not both.");
        if (parsed.GetValue(_issuer) is not null && (parsed.GetValue(_hash) ?? parsed.GetValue(_scheme)) is not null)
            throw CommandException.Usage("--hash and --scheme go with --pfx: an issuer of the settings has SigningHash and SigningScheme.");

        var request = parsed.GetValue(_issuer) is { } id
            ? IssuerSignature.Of(Issuers(provider).Get(id))
            : new PdfSignatureRequest { Identity = Identity(parsed) };
        request = request with { Level = level ?? request.Level, TimestampServers = servers.Length > 0 ? servers : request.TimestampServers };
        if (request.Level == PadesLevel.BB)
            return request with { TimestampServers = [] };
        if (request.TimestampServers.Count == 0)
            throw CommandException.Usage("every level but B-B needs a timestamp server: give --tsa URL (and --tsa-trust ROOT.pem, where its root is not that of --pfx), or --level B-B.");
        return request;
    }

    private static IssuerDirectory Issuers(IServiceProvider provider) =>
        provider.GetRequiredService<IConfiguration>().GetSection("MeSign:Issuers").GetChildren().Any()
            ? provider.GetRequiredService<IssuerDirectory>()
            : throw CommandException.Usage("--issuer names an issuer of the settings, and there are none: give --settings FILE, or sign with --pfx FILE.");

    private SigningIdentity Identity(ParseResult parsed)
    {
        var chain = parsed.GetValue(_chain) is { Length: > 0 } files ? TrustAnchors.Load(files) : null;
        try
        {
            return SigningIdentityFile.Load(
                parsed.GetValue(_pfx)!.FullName, PasswordFile.Read(parsed.GetValue(_password)) ?? "", TimeProvider.System, Form(parsed), chain);
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(ExitCodes.Usage, $"--pfx: {fault.Message} The password is read from --password-file, what lies above the certificate from --chain.", fault);
        }
    }

    private SigningIdentityOptions Form(ParseResult parsed) => new()
    {
        Hash = new HashAlgorithmName(parsed.GetValue(_hash) ?? nameof(HashAlgorithmName.SHA256)),
        Scheme = Enum.Parse<SignatureScheme>(parsed.GetValue(_scheme) ?? nameof(SignatureScheme.RsaPkcs1)),
    };
}
