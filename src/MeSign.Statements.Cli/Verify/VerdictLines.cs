using System.Globalization;
using MeSign.Statements.Pdf;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Cli.Verify;

/// <summary>A verdict as lines of a name and a value; values may hold what others wrote, as they wrote it.</summary>
internal static class VerdictLines
{
    public static IEnumerable<(string Name, string Value)> Of(FileVerdict verdict) =>
        (verdict.Message is { } message ? Of(message) : [])
        .Concat(verdict.Message is not null && verdict.Signatures.Count == 0 ? [Unsigned(verdict.Message)] : verdict.Signatures.SelectMany(Of))
        .Concat(verdict.Problems.Select(problem => ("Problem", problem)))
        .Concat(verdict.Attachments.SelectMany(OfAttachment))
        .Concat((verdict.Written ?? []).Select(file => ("Written", file)));

    private static IEnumerable<(string Name, string Value)> OfAttachment(FileVerdict attachment) =>
    [
        ("Attached PDF", $"{(attachment.Valid ? "valid" : "INVALID")}: {attachment.File}"),
        .. Of(attachment).Select(line => ($"  {line.Name}", line.Value)),
    ];

    private static IEnumerable<(string Name, string Value)> Of(MessageView message)
    {
        yield return ("From", message.From ?? "not one address");
        yield return ("To", message.To ?? "not one address");
        yield return ("Subject", message.Subject ?? "none");
        if (message.Date is { } date)
            yield return ("Date", Time(date));
        foreach (var layer in message.Encryption)
        {
            yield return ("Encrypted", $"{layer.Algorithm}, {(layer.Authenticated ? "alteration is noticed" : "alteration is noticed only by a signature inside")}");
            foreach (var reader in layer.Readers)
                yield return ("  to", $"{reader.Certificate} ({reader.KeyEncryption})");
            yield return ("  opened with", layer.OpenedBy ?? "nothing: it stays closed");
        }

        if (message.Encryption.Count == 0)
            yield return ("Encrypted", "no: everyone on the way could read it");
        yield return ("Header fields", Protection(message));
        foreach (var difference in message.HeaderDifferences)
        {
            yield return (difference.MadeBySender ? "  shown outside" : "  CHANGED",
                $"{difference.Name}: \"{difference.Outside}\" {(difference.MadeBySender ? "for" : "on the way, instead of")} \"{difference.Protected}\"");
        }

        foreach (var name in message.OtherAttachments)
            yield return ("Attached", name);
    }

    private static string Protection(MessageView message) => message switch
    {
        { HeaderProtection: not null } => message.HeaderDifferences.Any(difference => !difference.MadeBySender)
            ? "protected by the signature, and changed on the way"
            : "protected by the signature",
        _ when message.Encryption.Any(layer => layer.OpenedBy is null) => "unknown: the message stays closed",
        _ => "not protected: From, To and Subject may be anyone's",
    };

    private static (string Name, string Value) Unsigned(MessageView message) =>
        ("Signed", message.Encryption.Any(layer => layer.OpenedBy is null) ? "unknown: it stays closed" : "no: anyone can have written it");

    private static IEnumerable<(string Name, string Value)> Of(SignatureView signature)
    {
        if (signature.Field is { } field)
            yield return ("Signature", $"{field}, {Form(signature)}{(signature.Valid ? "" : ": INVALID")}");
        if (signature.Certificate is { } certificate)
        {
            yield return ("Signed by", certificate.Subject);
            yield return ("Identity", Identity(signature));
            yield return ("Certificate", Describe(certificate));
            foreach (var line in Chain(signature.Chain))
                yield return line;
        }

        yield return ("Timestamped", signature.Timestamp is { } time
            ? $"{Time(time)} by {signature.TimestampAuthority}"
            : signature.ClaimedTime is { } claimed ? $"no valid timestamp; the signer says {Time(claimed)}" : "no valid timestamp");
        foreach (var line in Chain(signature.TimestampChain))
            yield return line;
        if (signature.Algorithm is { } algorithm)
            yield return ("Algorithm", algorithm);
        if (signature.Level is { } level)
            yield return ("Level", $"PAdES {Name(level)}");
        foreach (var remark in signature.Remarks ?? [])
            yield return ("Remark", remark);
        if (signature.Reason is { } reason)
            yield return ("Reason", reason);
        if (signature.Location is { } location)
            yield return ("Location", location);
        foreach (var line in Changes(signature))
            yield return line;
    }

    // The root is trusted for being configured; everything below it may have been revoked.
    private static IEnumerable<(string Name, string Value)> Chain(IReadOnlyList<CertificateView>? chain)
    {
        for (var i = 0; i < (chain?.Count ?? 0); i++)
        {
            if (i > 0)
                yield return ("  issued by", chain![i].Subject);
            if (chain![i].Revocation is { } revocation)
                yield return ("  revocation", revocation);
        }
    }

    private static string Describe(CertificateView certificate) =>
        $"{certificate.Serial} of {certificate.Issuer}, {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}";

    private static IEnumerable<(string Name, string Value)> Changes(SignatureView signature)
    {
        if (signature.Coverage is null or SignatureCoverage.Broken)
            yield break;
        if (signature.Coverage == SignatureCoverage.WholeFile)
        {
            yield return ("Changed since", "nothing: it covers the whole file");
            yield break;
        }

        if (signature.LaterChanges is not { Count: > 0 } changes)
            yield return ("Changed since", "nothing of what was signed; the file was added to");
        else
        {
            foreach (var change in changes)
                yield return ("Changed since", $"{(change.Allowed ? "as allowed" : "NOT ALLOWED")}: {change.Description}");
        }
    }

    private static string Form(SignatureView signature) => signature.Certification switch
    {
        1 => "a certification that allows no change",
        2 => "a certification that allows forms to be filled in",
        3 => "a certification that allows forms and comments",
        _ => signature.Certificate is null && signature.TimestampAuthority is not null ? "a document timestamp" : "an approval",
    };

    private static string Identity(SignatureView signature)
    {
        var checkedBy = signature.Identity switch
        {
            IdentityValidation.Mailbox => "mailbox validated: the authority checked the address and nothing else",
            IdentityValidation.Organization => "organisation validated: the authority checked the legal entity",
            IdentityValidation.Sponsor => "sponsor validated: a checked legal entity vouches for the person",
            IdentityValidation.Individual => "individual validated: the authority checked the person",
            _ => "not stated: the certificate names no policy of the CA/B Forum's S/MIME baseline",
        };
        return signature.IdentityProfile is { } profile ? $"{checkedBy} ({profile.ToString().ToLowerInvariant()} profile)" : checkedBy;
    }

    private static string Name(PadesLevel level) => level.ToString().Insert(1, "-");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
