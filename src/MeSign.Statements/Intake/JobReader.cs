using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MeSign.Statements.Intake;

/// <summary>Reads one job by version 1 of the contract (<see cref="JobSchema"/>), strictly: a doubtful job sends no mail.</summary>
public sealed partial class JobReader
{
    /// <summary>The batch of a job that names none.</summary>
    public const string DefaultBatch = "single";

    private static readonly SearchValues<char> ForbiddenInFileNames = SearchValues.Create("/\\:*?\"<>|");

    /// <param name="body">UTF-8 JSON or Base64 of it; a byte order mark is passed over.</param>
    /// <exception cref="StatementFailedException">The job's first fault, named by field.</exception>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "A seam of the slice, injected as the others are.")]
    public StatementJob Read(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var json = JobBody.Decode(body);
        var root = new JobObject(JobBody.Parse(json.Span, "the job"), "");
        root.RequireVersion(1);
        root.RefuseUnknown("version", "id", "batch", "issuer", "kind", "document", "recipient", "template", "fields", "encryption", "expires");

        var id = ReadId(root, "id", root.RequiredText("id", JobLimits.IdLength));
        var batch = root.OptionalText("batch", JobLimits.IdLength) is { } given ? ReadId(root, "batch", given) : DefaultBatch;
        var issuer = ReadIssuer(root);
        var kind = ReadKind(root);
        return new StatementJob
        {
            Id = id,
            Batch = batch,
            Issuer = issuer,
            Kind = kind,
            Document = ReadDocument(root, kind),
            Recipient = ReadRecipient(root.RequiredObject("recipient")),
            Template = ReadTemplate(root, kind),
            Fields = JobFields.Read(root.OptionalElement("fields")),
            Encryption = ReadEncryption(root),
            Expires = ReadExpiry(root),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(json.Span)),
        };
    }

    private static string ReadId(JobObject root, string name, string text) => JobText.IsId(text)
        ? text
        : throw root.Fault(FailureCode.InvalidField, name, $"{JobText.Quote(text)} is not an id: A–Z a–z 0–9 . _ - only, a letter or digit first");

    private static string ReadIssuer(JobObject root)
    {
        var text = root.RequiredText("issuer", JobLimits.IdLength);
        return JobText.IsIssuer(text)
            ? text
            : throw root.Fault(FailureCode.InvalidField, "issuer", $"{JobText.Quote(text)} is not an issuer's id: a–z 0–9 - only");
    }

    private static JobKind ReadKind(JobObject root) => root.RequiredText("kind", JobLimits.IdLength) switch
    {
        "statement" => JobKind.Statement,
        "code" => JobKind.Code,
        "message" => JobKind.Message,
        "notice" => throw root.Fault(FailureCode.InvalidField, "kind", "\"notice\" is sent by this system only: use statement, code or message"),
        var other => throw root.Fault(FailureCode.InvalidField, "kind", $"{JobText.Quote(other)} is unknown: use statement, code or message"),
    };

    private static JobDocument? ReadDocument(JobObject root, JobKind kind)
    {
        if (kind == JobKind.Code && root.Has("document"))
            throw root.Fault(FailureCode.InvalidField, "document", "does not go with kind code: leave it out, or use kind message");
        if (kind == JobKind.Statement && !root.Has("document"))
            throw root.Fault(FailureCode.MissingField, "document", "is absent: a statement has one");
        if (root.OptionalObject("document") is not { } document)
            return null;

        document.RefuseUnknown("blob", "sha256", "name");
        return new JobDocument(ReadBlob(document), ReadSha256(document), ReadFileName(document));
    }

    private static string ReadBlob(JobObject document)
    {
        var text = document.RequiredRawText("blob");
        return BlobName.FindProblem(text) is { } problem
            ? throw document.Fault(FailureCode.DocumentNotAllowed, "blob", $"{JobText.Quote(text)} {problem}")
            : text;
    }

    private static string ReadSha256(JobObject document)
    {
        var text = document.RequiredText("sha256", JobLimits.IdLength);
        return text.Length == SHA256.HashSizeInBytes * 2 && text.All(char.IsAsciiHexDigit)
            ? text.ToLowerInvariant()
            : throw document.Fault(FailureCode.InvalidField, "sha256", "is not a SHA-256: give the blob's as 64 hex digits");
    }

    private static string ReadFileName(JobObject document)
    {
        var text = document.RequiredText("name", JobLimits.FileNameLength);
        if (text.AsSpan().IndexOfAny(ForbiddenInFileNames) is var at and >= 0)
            throw document.Fault(FailureCode.InvalidField, "name", $"{JobText.Quote(text)} holds {text[at]}: give a file name that every system can store");
        if (text[0] is '.' or ' ' || text.Length < 5 || !text.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase))
            throw document.Fault(FailureCode.InvalidField, "name", $"{JobText.Quote(text)} is not a PDF's file name: give one that ends in .pdf and begins with neither dot nor space");
        return text;
    }

    private static JobRecipient ReadRecipient(JobObject recipient)
    {
        recipient.RefuseUnknown("email", "name", "locale");
        return new JobRecipient(
            ReadAddress(recipient),
            recipient.OptionalText("name", JobLimits.NameLength),
            ReadLocale(recipient));
    }

    private static string ReadAddress(JobObject recipient)
    {
        var text = recipient.RequiredText("email", EmailAddress.MaxOctets);
        if (Encoding.UTF8.GetByteCount(text) > EmailAddress.MaxOctets)
            throw recipient.Fault(FailureCode.OversizedField, "email", $"is longer than {EmailAddress.MaxOctets} octets");
        return EmailAddress.TryParse(text, out _, out var problem)
            ? text
            // Not quoted: a mistyped address still says who the customer is, and details go to rows, logs and the result queue.
            : throw recipient.Fault(FailureCode.InvalidAddress, "email", $"is not an address: {problem}");
    }

    private static string? ReadLocale(JobObject recipient)
    {
        var text = recipient.OptionalText("locale", JobLimits.LocaleLength);
        return text is null || JobText.IsLocale(text)
            ? text
            : throw recipient.Fault(FailureCode.InvalidField, "locale", $"{JobText.Quote(text)} is not a BCP 47 tag: write it like cs-CZ");
    }

    private static string ReadTemplate(JobObject root, JobKind kind)
    {
        if (root.OptionalText("template", JobLimits.IdLength) is not { } text)
            return kind.ToString().ToLowerInvariant();
        return JobText.IsTemplate(text)
            ? text
            : throw root.Fault(FailureCode.InvalidField, "template", $"{JobText.Quote(text)} is not a template's name: A–Z a–z 0–9 _ - only, a letter or digit first");
    }

    private static EncryptionPolicy? ReadEncryption(JobObject root) => root.OptionalText("encryption", JobLimits.IdLength) switch
    {
        null => null,
        "required" => EncryptionPolicy.Required,
        "preferred" => EncryptionPolicy.Preferred,
        "never" => EncryptionPolicy.Never,
        var other => throw root.Fault(FailureCode.InvalidField, "encryption", $"{JobText.Quote(other)} is unknown: use required, preferred or never"),
    };

    private static DateTimeOffset? ReadExpiry(JobObject root)
    {
        if (root.OptionalText("expires", JobLimits.IdLength) is not { } text)
            return null;

        // RFC 3339 with its offset: a time without one is another instant on every machine.
        return ExpiryForm().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var expires)
            ? expires
            : throw root.Fault(FailureCode.InvalidField, "expires", $"{JobText.Quote(text)} is not a time: write it like 2026-12-31T00:00:00Z or 2026-12-31T00:00:00+01:00");
    }

    [GeneratedRegex(
        """^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)\z""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExpiryForm();
}
