using System.Globalization;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Issuers;

/// <summary>Names every fault of every issuer at once, so that one start shows all that has to be put right.</summary>
internal sealed class IssuersOptionsValidator(IOptions<TimestampOptions> timestamps, TimeProvider time) : IValidateOptions<IssuersOptions>
{
    private const int LongestId = 64;

    /// <summary>What a Message-ID of ours has before its @.</summary>
    private static readonly string LongestName = new('f', 32);

    private readonly IssuerOptionsValidator _attributes = new();

    public ValidateOptionsResult Validate(string? name, IssuersOptions options)
    {
        var faults = new List<string>();
        if (options.Count == 0)
            faults.Add($"{IssuersOptions.Section} is empty: configure at least one issuer");
        foreach (var (id, issuer) in options)
        {
            var prefix = $"{IssuersOptions.Section}:{id}";
            if (!IsId(id))
                faults.Add($"{prefix}: the id \"{id}\" is not lower-case letters, digits and hyphens, a letter or digit first, at most {LongestId}");
            if (_attributes.Validate(prefix, issuer) is { Failed: true, Failures: { } failures })
                faults.AddRange(failures.Select(failure => $"{prefix}: {failure}"));
            faults.AddRange(Faults(issuer).Select(fault => $"{prefix}:{fault}"));
        }

        return faults is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Faults(IssuerOptions issuer) =>
    [
        .. AddressFaults(issuer),
        .. TextFaults(issuer),
        .. issuer.Relays.Where(relay => relay.Value is < 0 or > 1000).Select(relay => $"Relays:{relay.Key} {relay.Value} is no share: 0 to 1000"),
        .. TimestampFaults(issuer),
        .. IssuerSeal.Faults(issuer.Appearance),
        .. PdfFaults(issuer.Pdf),
        .. ArchiveFaults(issuer.Sealing),
        .. DomainFaults(issuer.Sealing),
        .. DkimIdentities.Faults(issuer),
        .. SigningFaults(issuer),
    ];

    private static IEnumerable<string> AddressFaults(IssuerOptions issuer)
    {
        foreach (var (field, text) in new[] { ("FromAddress", issuer.FromAddress), ("ReplyTo", issuer.ReplyTo), ("ReturnPath", issuer.ReturnPath) })
        {
            // As it is sent: in a return path, {id} stands for the name of the message.
            if (!string.IsNullOrEmpty(text) && !EmailAddress.TryParse(text.Replace("{id}", LongestName, StringComparison.Ordinal), out _, out var problem))
                yield return $"{field} \"{text}\" is not an address: {problem}{(text.Contains("{id}", StringComparison.Ordinal) ? $", where {{id}} is {LongestName.Length} characters" : "")}";
        }
    }

    private static IEnumerable<string> TextFaults(IssuerOptions issuer)
    {
        if (issuer.FromName.Any(char.IsControl))
            yield return "FromName holds a line break or another control character";
        if (issuer.OuterSubject.Any(char.IsControl))
            yield return "OuterSubject holds a line break or another control character";
        if (issuer.Templates.Length > 0 && !Directory.Exists(issuer.Templates))
            yield return $"Templates \"{issuer.Templates}\" is not a folder";
        if (issuer.WeakestEncryption is { } weakest && weakest < issuer.Encryption)
            yield return $"WeakestEncryption {weakest} is stronger than Encryption {issuer.Encryption}, so that no job without a wish of its own would be allowed";
        if (!IsCulture(issuer.DefaultLocale))
            yield return $"DefaultLocale \"{issuer.DefaultLocale}\" is not a BCP 47 tag of a language: write it like cs-CZ";
    }

    private IEnumerable<string> TimestampFaults(IssuerOptions issuer) =>
        from server in issuer.TimestampServers
        where !server.IsAbsoluteUri
            || !(server.Scheme == Uri.UriSchemeHttps || (server.Scheme == Uri.UriSchemeHttp && (server.IsLoopback || timestamps.Value.AllowHttp)))
        select $"TimestampServers \"{server}\" is neither https nor http to this machine (MeSign:Timestamps:AllowHttp allows others)";

    private static IEnumerable<string> PdfFaults(IssuerPdfOptions pdf)
    {
        if (string.IsNullOrEmpty(pdf.DocumentPasswordFile))
            yield break;
        if (!File.Exists(pdf.DocumentPasswordFile))
            yield return $"Pdf:DocumentPasswordFile \"{pdf.DocumentPasswordFile}\" does not exist";
        else if (new FileInfo(pdf.DocumentPasswordFile).Length == 0)
            yield return $"Pdf:DocumentPasswordFile \"{pdf.DocumentPasswordFile}\" is empty: documents without a password need no such file";
    }

    private IEnumerable<string> ArchiveFaults(IssuerSealingOptions sealing)
    {
        if (!string.IsNullOrEmpty(sealing.ArchiveCertificate) && ArchiveCertificate.TryLoad(sealing.ArchiveCertificate, time) is { } fault)
            yield return $"Sealing:ArchiveCertificate: {fault}";
    }

    private static IEnumerable<string> DomainFaults(IssuerSealingOptions sealing) =>
        from text in sealing.GcmDomains
        where text.Length > 0 && !DomainRule.TryParse(text, out _)
        select $"Sealing:GcmDomains \"{text}\" is not a domain: write it like example.com, or *.example.com for all below it";

    private IEnumerable<string> SigningFaults(IssuerOptions issuer)
    {
        var unusable = false;
        foreach (var fault in SourceFaults(issuer))
        {
            unusable = true;
            yield return fault;
        }

        if (unusable)
            yield break;

        var source = string.IsNullOrEmpty(issuer.SigningPkcs11Module) ? nameof(issuer.SigningPkcs12) : nameof(issuer.SigningPkcs11Module);
        var (identity, refusal) = IssuerIdentity.TryLoad(issuer, time);
        if (identity is null)
        {
            yield return $"{source}: {refusal}";
            yield break;
        }

        if (EmailAddress.TryParse(issuer.FromAddress, out var from, out _)
            && !CertificateAddresses.Read(identity.Certificate).Any(address => CertificateAddresses.Match(address, from, caseSensitiveLocalPart: false)))
            yield return $"FromAddress \"{issuer.FromAddress}\" is not in the signing certificate: mail programs would warn of every message";
    }

    private static IEnumerable<string> SourceFaults(IssuerOptions issuer)
    {
        var onToken = !string.IsNullOrEmpty(issuer.SigningPkcs11Module);
        if (onToken == !string.IsNullOrEmpty(issuer.SigningPkcs12))
            yield return onToken ? "SigningPkcs12 and SigningPkcs11Module are both given: the key is in one place" : "SigningPkcs12 is empty: name the signing identity, or SigningPkcs11Module";
        foreach (var (field, value) in new[] { ("SigningPkcs11Token", issuer.SigningPkcs11Token), ("SigningPkcs11Label", issuer.SigningPkcs11Label), ("SigningPkcs11PinFile", issuer.SigningPkcs11PinFile) })
        {
            if (onToken && string.IsNullOrEmpty(value))
                yield return $"{field} is empty: SigningPkcs11Module needs it";
        }

        foreach (var (field, file) in new[] { ("SigningPkcs12", issuer.SigningPkcs12), ("SigningPasswordFile", issuer.SigningPasswordFile), ("SigningPkcs11PinFile", issuer.SigningPkcs11PinFile) })
        {
            if (!string.IsNullOrEmpty(file) && !File.Exists(file))
                yield return $"{field} \"{file}\" does not exist";
        }
    }

    private static bool IsId(string id) =>
        id.Length is > 0 and <= LongestId && id[0] != '-' && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsCulture(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name, predefinedOnly: true).Name.Length > 0;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }
}
