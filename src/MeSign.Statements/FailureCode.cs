namespace MeSign.Statements;

/// <summary>
/// Why a job will never be sent as it stands. Codes are part of the contract with banks: they appear on
/// <c>statement-results</c>, in the ledger and in the README's table, and are never renamed.
/// </summary>
public enum FailureCode
{
    /// <summary>The queue message or manifest line is not JSON, or not valid Base64 of JSON.</summary>
    UnreadableJob,

    /// <summary>The job's <c>version</c> is not one that this release reads.</summary>
    UnknownVersion,

    /// <summary>The job has a field that the contract does not know.</summary>
    UnknownField,

    /// <summary>A required field is absent or empty.</summary>
    MissingField,

    /// <summary>A field is longer, or a collection larger, than the contract allows.</summary>
    OversizedField,

    /// <summary>A field's value is not of the form that the contract asks for.</summary>
    InvalidField,

    /// <summary><c>recipient.email</c> is not one plain address.</summary>
    InvalidAddress,

    /// <summary>A text that ends up in a mail header holds a line break or another control character.</summary>
    UnsafeHeader,

    /// <summary>Another job has the same batch and id; this one was not sent.</summary>
    JobIdReused,

    /// <summary>The job names an issuer that is not configured.</summary>
    UnknownIssuer,

    /// <summary>The job asks for weaker encryption than its issuer allows.</summary>
    EncryptionNotAllowed,

    /// <summary>The document's blob name points outside the statements container.</summary>
    DocumentNotAllowed,

    /// <summary>The document's blob does not exist.</summary>
    DocumentNotFound,

    /// <summary>The document is larger than the issuer allows.</summary>
    DocumentTooLarge,

    /// <summary>The document's SHA-256 is not the one that the job states.</summary>
    DocumentHashMismatch,

    /// <summary>The document is not a PDF.</summary>
    DocumentNotPdf,

    /// <summary>The PDF's structure cannot be read as written.</summary>
    DocumentDamaged,

    /// <summary>The PDF is encrypted and cannot be opened without a password that is not configured.</summary>
    DocumentEncrypted,

    /// <summary>A certification, lock or permission in the PDF forbids another signature.</summary>
    DocumentSigningNotAllowed,

    /// <summary>The PDF uses a structure that the signer does not support; the detail names it.</summary>
    DocumentNotSupported,

    /// <summary>The manifest that a batch order names does not exist.</summary>
    ManifestNotFound,

    /// <summary>The manifest was replaced while its batch was being expanded.</summary>
    ManifestChanged,

    /// <summary>The issuer's signing certificate, or one above it, was revoked: nothing may be signed with it.</summary>
    SigningCertificateRevoked,

    /// <summary>A PDF of level B-LT needs proof that no certificate is revoked, and one of them says nowhere where that is to be had.</summary>
    RevocationNotPublished,

    /// <summary>The issuer has no such template for this kind and locale.</summary>
    TemplateNotFound,

    /// <summary>The template does not render with this job's fields; the detail names the field.</summary>
    TemplateFailed,

    /// <summary>The finished message is larger than the issuer or the relay allows.</summary>
    MessageTooLarge,

    /// <summary>The relay refused the recipient's address for good.</summary>
    RecipientRefused,

    /// <summary>The relay refused the sender or this client for good.</summary>
    SenderRefused,

    /// <summary>The relay refused the message's content or policy for good.</summary>
    MessageRefused,
}
