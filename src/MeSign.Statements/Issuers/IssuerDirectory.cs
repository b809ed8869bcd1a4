using MeSign.Statements.Pdf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Issuers;

/// <summary>The configured issuers, each with its signing identity open.</summary>
public sealed class IssuerDirectory
{
    private readonly Dictionary<string, Issuer> _issuers;

    internal IssuerDirectory(IOptions<IssuersOptions> options, TimeProvider time, ILogger<IssuerDirectory> logger) =>
        _issuers = options.Value.ToDictionary(pair => pair.Key, pair => Open(pair.Key, pair.Value, time, logger), StringComparer.Ordinal);

    public IReadOnlyCollection<Issuer> All => _issuers.Values;

    /// <exception cref="StatementFailedException">UnknownIssuer.</exception>
    public Issuer Get(string id) => _issuers.TryGetValue(id, out var issuer)
        ? issuer
        : throw new StatementFailedException(FailureCode.UnknownIssuer, $"issuer \"{id}\" is not configured: name one that is, or add {IssuersOptions.Section}:{id}");

    private static Issuer Open(string id, IssuerOptions options, TimeProvider time, ILogger logger) => new()
    {
        Id = id,
        FromAddress = options.FromAddress,
        FromName = options.FromName,
        ReplyTo = NullIfEmpty(options.ReplyTo),
        ReturnPath = NullIfEmpty(options.ReturnPath) ?? options.FromAddress,
        Identity = IssuerIdentity.Load(options, time, logger),
        TimestampServers = [.. options.TimestampServers],
        Relay = options.Relay,
        Relays = options.AllRelays,
        TemplateFolder = Path.GetFullPath(options.Templates),
        DefaultLocale = options.DefaultLocale,
        Encryption = options.Encryption,
        WeakestEncryption = options.WeakestEncryption ?? options.Encryption,
        OuterSubject = options.OuterSubject,
        MaxDocumentBytes = options.MaxDocumentBytes,
        MaxMessageBytes = options.MaxMessageBytes,
        MaxAge = options.MaxAge,
        Appearance = Open(options.Appearance),
        Pdf = Open(options.Pdf),
        Sealing = Open(options.Sealing, time),
        Retention = new IssuerRetention(options.Retention.Documents, options.Retention.Messages, options.Retention.Rows),
        Dkim = DkimIdentities.Load(options),
    };

    private static IssuerAppearance Open(AppearanceOptions options) =>
        new(options.Reason, options.Location, options.ContactInfo, IssuerSeal.Of(options));

    private static IssuerPdf Open(IssuerPdfOptions options) => new()
    {
        Level = Enum.Parse<PadesLevel>(options.Level.Replace("-", "", StringComparison.Ordinal)),
        Certify = options.Certify is [var permission] ? permission - '0' : null,
        DocumentPassword = string.IsNullOrEmpty(options.DocumentPasswordFile) ? null : File.ReadAllText(options.DocumentPasswordFile).TrimEnd('\r', '\n'),
        Repair = options.Repair,
    };

    private static IssuerSealing Open(IssuerSealingOptions options, TimeProvider time) => new()
    {
        ContentEncryption = options.ContentEncryption,
        GcmDomains = [.. options.GcmDomains.Where(text => text.Length > 0).Select(text => DomainRule.TryParse(text, out var rule) ? rule : throw new InvalidDataException($"GcmDomains \"{text}\" is not a domain"))],
        KeyTransport = options.KeyTransport,
        EncryptedSignature = options.EncryptedSignature,
        LegacyDisplay = options.LegacyDisplay,
        FeedbackId = options.FeedbackId,
        CodeMaxAge = options.CodeMaxAge,
        Archive = string.IsNullOrEmpty(options.ArchiveCertificate) ? null : ArchiveCertificate.Load(options.ArchiveCertificate, time),
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
