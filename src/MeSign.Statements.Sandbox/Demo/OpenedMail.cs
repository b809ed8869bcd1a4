using MeSign.Statements.Pdf;
using MeSign.Statements.Sandbox.Smtp;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>A message of the sink, opened with its recipient's key and judged.</summary>
/// <param name="Problem">Why it could not even be read; null where it was.</param>
internal sealed record OpenedMail(SinkMessage Sink, OpenedMessage? Message, string? Problem)
{
    /// <summary>As everyone on the way sees it, without angle brackets.</summary>
    public string? MessageId => Message?.OuterFields.MessageId?.Trim('<', '>');

    public bool IsEncrypted => Message?.Encryption is not null;

    public DateTimeOffset? Timestamp => Message?.Signature?.Verdict.Signer?.Timestamp is { IsValid: true } timestamp ? timestamp.GenTime : null;

    /// <summary>The one PDF attached to it; null where there is none, or more than one attachment.</summary>
    public OpenedAttachment? Pdf => Message?.Attachments is [{ MediaType: "application/pdf" } only] ? only : null;

    /// <summary>Set where there is a PDF.</summary>
    public PdfVerdict? PdfVerdict { get; init; }

    /// <summary>What speaks against the message and its PDF, whatever job it is of.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
