using System.CommandLine;
using MeSign.Statements.Cli.Sign;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;
using MeSign.Statements.Sealing;
using MeSign.Statements.Trust;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Seal;

/// <summary>In whose name a message is made: an issuer of the settings, or one that the command line makes up.</summary>
internal sealed class SenderOptions(SignerOptions signer)
{
    private readonly Option<string?> _from = new("--from") { Description = "With --pfx: the From address; the certificate names it.", HelpName = "ADDRESS" };
    private readonly Option<string?> _fromName = new("--from-name") { Description = "With --pfx: the name beside it; the certificate's own by default.", HelpName = "NAME" };
    private readonly Option<string?> _replyTo = new("--reply-to") { Description = "With --pfx: where answers go.", HelpName = "ADDRESS" };
    private readonly Option<DirectoryInfo?> _templates = new("--templates") { Description = "Folder of Liquid templates; the issuer's by default.", HelpName = "DIR" };
    private readonly Option<string?> _outerSubject = new("--outer-subject") { Description = "What an encrypted message shows on the way; [...] by default.", HelpName = "TEXT" };
    private readonly Option<bool> _noTimestamp = new("--no-timestamp") { Description = "Sign PDF and message without asking a timestamp server." };
    private readonly Option<ContentEncryption?> _content = new("--content-encryption") { Description = "Aes256Cbc (default, every client opens it) or Aes256Gcm.", HelpName = "FORM" };
    private readonly Option<RsaKeyTransport?> _transport = new("--key-transport") { Description = "Pkcs1 (default) or OaepSha256, to RSA certificates.", HelpName = "FORM" };
    private readonly Option<SignatureForm?> _signature = new("--signature") { Description = "Inside an encryption: Opaque (default) or Clear.", HelpName = "FORM" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _from, _fromName, _replyTo, _templates, _outerSubject, _noTimestamp, _content, _transport, _signature })
            command.Options.Add(option);
    }

    /// <param name="id">The issuer that the job names.</param>
    /// <exception cref="CommandException">Too little or too much is given.</exception>
    /// <exception cref="StatementFailedException">UnknownIssuer.</exception>
    public Issuer Issuer(ParseResult parsed, IServiceProvider provider, string id)
    {
        var issuer = signer.IsByHand(parsed) ? ByHand(parsed, provider, id) : Configured(parsed, provider, id);
        if (parsed.GetValue(_templates) is { } folder)
            issuer = issuer with { TemplateFolder = folder.Exists ? folder.FullName : throw CommandException.Usage($"--templates {folder.FullName} is not a folder.") };
        return issuer with
        {
            OuterSubject = parsed.GetValue(_outerSubject) ?? issuer.OuterSubject,
            Sealing = issuer.Sealing with
            {
                ContentEncryption = parsed.GetValue(_content) ?? issuer.Sealing.ContentEncryption,
                KeyTransport = parsed.GetValue(_transport) ?? issuer.Sealing.KeyTransport,
                EncryptedSignature = parsed.GetValue(_signature) ?? issuer.Sealing.EncryptedSignature,
            },
        };
    }

    private Issuer Configured(ParseResult parsed, IServiceProvider provider, string id)
    {
        foreach (var option in new Option<string?>[] { _from, _fromName, _replyTo })
        {
            if (parsed.GetValue(option) is not null)
                throw CommandException.Usage($"{option.Name} goes with --pfx: an issuer of the settings has its own.");
        }

        var issuer = provider.GetRequiredService<IssuerDirectory>().Get(id);
        return parsed.GetValue(_noTimestamp) ? issuer with { TimestampServers = [] } : issuer;
    }

    private Issuer ByHand(ParseResult parsed, IServiceProvider provider, string id)
    {
        var request = signer.Request(parsed, provider, parsed.GetValue(_noTimestamp) ? PadesLevel.BB : PadesLevel.BT);
        var from = Address(parsed, _from) ?? throw CommandException.Usage("--from ADDRESS is missing: whose name does the message bear?");
        if (!EmailAddress.TryParse(from, out var parsedFrom, out _)
            || !CertificateAddresses.Read(request.Identity.Certificate).Any(own => CertificateAddresses.Match(own, parsedFrom, caseSensitiveLocalPart: false)))
            throw CommandException.Usage($"--from {from} is not in the certificate of --pfx: mail programs would warn of the message.");

        return new Issuer
        {
            Id = id,
            FromAddress = from,
            FromName = parsed.GetValue(_fromName) ?? request.Identity.Certificate.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, forIssuer: false),
            ReplyTo = Address(parsed, _replyTo),
            ReturnPath = from,
            Identity = request.Identity,
            TimestampServers = request.TimestampServers,
            Relay = "",
            TemplateFolder = parsed.GetValue(_templates)?.FullName ?? throw CommandException.Usage("--templates DIR is missing: with --pfx there are no settings that name it."),
            DefaultLocale = "en",
            Encryption = EncryptionPolicy.Preferred,
            WeakestEncryption = EncryptionPolicy.Never,
            OuterSubject = "[...]",
            MaxDocumentBytes = 25L * 1024 * 1024,
            MaxMessageBytes = 40L * 1024 * 1024,
            MaxAge = TimeSpan.FromDays(14),
            Appearance = new IssuerAppearance(Reason: null, Location: null, ContactInfo: null),
        };
    }

    private static string? Address(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } text || EmailAddress.TryParse(text, out _, out var problem)
        ? parsed.GetValue(option)
        : throw CommandException.Usage($"{option.Name} \"{text}\" is not an address: {problem}");
}
