namespace MeSign.Statements.Delivery;

/// <summary>Why TLS with a relay was not as it must be, by the result types of TLS reports (RFC 8460 §4.3).</summary>
internal enum TlsFault
{
    /// <summary><c>starttls-not-supported</c>.</summary>
    StarttlsNotSupported,

    /// <summary><c>certificate-host-mismatch</c>.</summary>
    CertificateHostMismatch,

    /// <summary><c>certificate-expired</c>; also one that is not valid yet.</summary>
    CertificateExpired,

    /// <summary><c>certificate-not-trusted</c>: it leads to none of the roots.</summary>
    CertificateNotTrusted,

    /// <summary><c>validation-failure</c>: anything else, such as a protocol before TLS 1.2 or a certificate for another use.</summary>
    ValidationFailure,
}
