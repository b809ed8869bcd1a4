using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fluid.Values;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>Writes the message for a job: the issuer's template filled with the job's fields, the signed document attached.</summary>
internal sealed class MessageComposer(TemplateFolder folder, TemplateLogo logos, TemplateRenderer renderer, TimeProvider time)
{
    private const int MaxSubjectCharacters = 300;

    /// <param name="document">The finished PDF, where the job has one.</param>
    /// <exception cref="StatementFailedException">TemplateNotFound, TemplateFailed, UnsafeHeader.</exception>
    public ComposedMessage Compose(StatementJob job, Issuer issuer, ReadOnlyMemory<byte>? document)
    {
        var now = time.GetUtcNow();
        var templates = folder.Find(issuer.TemplateFolder, job.Template, job.Recipient.Locale, issuer.DefaultLocale);
        var messageId = MessageId(job, issuer);
        var logo = logos.Find(issuer.TemplateFolder, $"logo.{messageId}");
        var model = Model(job, issuer, templates.Locale, now, logo);

        var subject = renderer.RenderText(templates.Subject, model).Trim();
        Check(subject, templates.Subject, job);
        var html = renderer.RenderHtml(templates.Html, model);
        if (RemoteContent.Find(html) is { } remote)
        {
            throw new StatementFailedException(FailureCode.TemplateFailed,
                $"template {templates.Html.Name} makes HTML with {remote}: a message must fetch nothing and run nothing, and shows pictures as cid: only");
        }

        return new()
        {
            MessageId = messageId,
            Date = now,
            From = new(issuer.FromAddress, Safe("the issuer's FromName", issuer.FromName)),
            To = new(Safe("recipient.address", job.Recipient.Address)!, Safe("recipient.name", job.Recipient.Name)),
            ReplyTo = issuer.ReplyTo is null ? null : new(issuer.ReplyTo, Name: null),
            Subject = subject,
            Language = templates.Locale,
            Text = renderer.RenderText(templates.Text, model),
            Html = html,
            Images = logo is not null && html.Contains($"cid:{logo.ContentId}", StringComparison.Ordinal) ? [logo] : [],
            Attachments = document is { } content
                ? [new(Safe("document.fileName", job.Document?.FileName) ?? "document.pdf", "application/pdf", content)]
                : [],
            Fields = Fields(job, issuer),
        };
    }

    /// <summary>
    /// The same job always has the same Message-ID, so that a mailbox that gets it twice shows it once: the first 16 bytes
    /// of SHA-256 over issuer, batch and job, NUL between them, under the issuer's domain.
    /// </summary>
    public static string MessageId(StatementJob job, Issuer issuer)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer.Id}\0{job.Batch}\0{job.Id}"));
        var domain = issuer.FromAddress[(issuer.FromAddress.LastIndexOf('@') + 1)..];
        return $"{Convert.ToHexStringLower(digest, 0, 16)}@{MailboxAddress.EncodeAddrspec($"x@{domain}")[2..]}";
    }

    private static TemplateModel Model(StatementJob job, Issuer issuer, string locale, DateTimeOffset now, MailImage? logo)
    {
        var recipient = new Dictionary<string, FluidValue>(StringComparer.Ordinal) { ["address"] = new StringValue(job.Recipient.Address) };
        if (job.Recipient.Name is { } name)
            recipient["name"] = new StringValue(name);
        var values = new Dictionary<string, FluidValue>(StringComparer.Ordinal)
        {
            ["fields"] = ObjectTemplateValue.From("fields", job.Fields),
            ["recipient"] = new ObjectTemplateValue("recipient", recipient),
            ["issuer"] = new ObjectTemplateValue("issuer", new Dictionary<string, FluidValue>(StringComparer.Ordinal)
            {
                ["name"] = new StringValue(issuer.FromName),
                ["address"] = new StringValue(issuer.FromAddress),
            }),
            ["locale"] = new StringValue(locale),
            ["direction"] = new StringValue(TextDirection.IsRightToLeft(locale) ? "rtl" : "ltr"),
            ["date"] = new DateTimeValue(now),
        };
        var document = new Dictionary<string, FluidValue>(StringComparer.Ordinal);
        if (job.Document is not null)
            document["name"] = new StringValue(job.Document.FileName);
        values["document"] = new ObjectTemplateValue("document", document);
        if (job.Expires is { } expires)
            values["expires"] = new DateTimeValue(expires);
        if (logo is not null)
            values["logo"] = new StringValue($"cid:{logo.ContentId}");
        return new(values, Culture(locale), now);
    }

    private static List<MailField> Fields(StatementJob job, Issuer issuer)
    {
        var fields = new List<MailField>();

        // RFC 3834 §5: nobody's holiday reply should answer a machine. A person wrote a message.
        if (job.Kind != JobKind.Message)
            fields.Add(new("Auto-Submitted", "auto-generated"));
        if (job.Kind == JobKind.Code)
        {
            fields.Add(new("Importance", "high"));
            fields.Add(new("X-Priority", "1"));
            if (job.Expires is { } expires)
                fields.Add(new("Expires", HeaderText.Date(expires)));
        }

        // What complaints are counted by; a campaign and a kind, never a person.
        if (issuer.Sealing.FeedbackId)
            fields.Add(new("Feedback-ID", $"{Token(job.Batch)}:{job.Kind.ToString().ToLowerInvariant()}:{issuer.Id}"));
        return fields;
    }

    private static string Token(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-'));

    private static void Check(string subject, NamedTemplate template, StatementJob job)
    {
        if (subject.Length is 0 or > MaxSubjectCharacters)
        {
            throw new StatementFailedException(FailureCode.TemplateFailed,
                $"template {template.Name} makes a subject of {subject.Length} characters: 1 to {MaxSubjectCharacters} are allowed");
        }
        Safe("the subject", subject);
        if (subject.Any(TextDirection.IsOverride))
            throw new StatementFailedException(FailureCode.UnsafeHeader, "the subject holds a mark that turns the direction of what follows: remove it, or isolate the value");

        // A subject is shown on locked screens and, in a message that is only signed, to everyone on the way.
        if (job.Kind == JobKind.Code && job.Fields.TryGetValue("code", out var code)
            && code.ValueKind is JsonValueKind.String or JsonValueKind.Number
            && Bare(code.ToString()) is { Length: > 0 } secret && Bare(subject).Contains(secret, StringComparison.OrdinalIgnoreCase))
        {
            throw new StatementFailedException(FailureCode.TemplateFailed,
                $"template {template.Name} puts fields.code into the subject: leave it to the text");
        }
    }

    // "481 516" is no secret beside "481-516".
    private static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit));

    private static string? Safe(string field, string? value) => value is not null && value.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')
        ? throw new StatementFailedException(FailureCode.UnsafeHeader, $"{field} holds a line break or another control character: remove it")
        : value;

    private static CultureInfo Culture(string locale)
    {
        try
        {
            return CultureInfo.GetCultureInfo(locale);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
