using MeSign.Statements.Signing;

namespace MeSign.Statements.Issuers;

/// <summary>What one DKIM signature of an issuer is made with (RFC 6376).</summary>
/// <param name="Domain">The <c>d=</c> tag, in A-labels: the From address's domain or one above it.</param>
/// <param name="Selector">The <c>s=</c> tag: the key record is at <c>&lt;selector&gt;._domainkey.&lt;domain&gt;</c>.</param>
public sealed record DkimIdentity(string Domain, string Selector, DkimKey Key);
