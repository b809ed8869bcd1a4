using System.Text.Json.Nodes;
using static MeSign.Statements.FailureCode;
using static MeSign.Statements.Tests.Intake.JobCase;

namespace MeSign.Statements.Tests.Intake;

/// <summary>The contract as a table. The reader and the published schema are both held against it.</summary>
public static class JobCases
{
    private const string NotAnId = "is not an id: A–Z a–z 0–9 . _ - only, a letter or digit first";

    public static IReadOnlyList<JobCase> All { get; } =
    [
        Accepted("as it is", _ => { }),
        Accepted("least statement", job => Remove(job, "batch", "template", "fields", "encryption", "expires")),
        Accepted("least recipient", job => job["recipient"] = new JsonObject { ["email"] = "a@b.test" }),
        Accepted("code", job => { job["kind"] = "code"; Remove(job, "document"); }),
        Accepted("message without document", job => { job["kind"] = "message"; Remove(job, "document"); }),
        Accepted("message with document", job => job["kind"] = "message"),
        Accepted("preferred", job => job["encryption"] = "preferred"),
        Accepted("never", job => job["encryption"] = "never"),
        Accepted("longest id", job => job["id"] = new string('a', 64)),
        Accepted("longest name", job => job["recipient"]!["name"] = Repeat("😀", 200)),
        Accepted("hash in capitals", job => job["document"]!["sha256"] = new string('A', 64)),
        Accepted("file name in capitals", job => job["document"]!["name"] = "STATEMENT.PDF"),
        Accepted("file name in Arabic", job => job["document"]!["name"] = "كشف حساب.pdf"),
        Accepted("blob at the top", job => job["document"]!["blob"] = "a.pdf"),
        Accepted("blob with spaces and letters", job => job["document"]!["blob"] = "říjen 2026/výpis (1)+á@b,c=d.pdf"),
        Accepted("blob with dots inside", job => job["document"]!["blob"] = "..a/b..c/.pdf"),
        Accepted("most blob segments", job => job["document"]!["blob"] = Repeat("a/", 253) + "a"),
        Accepted("address with plus", job => job["recipient"]!["email"] = "jana+bank=2@sub.example.test"),
        Accepted("address in SMTPUTF8", job => job["recipient"]!["email"] = "jána@příklad.test"),
        Accepted("address with a punycode domain", job => job["recipient"]!["email"] = "jana@xn--pklad-4sa1j.test"),
        Accepted("longest local part", job => job["recipient"]!["email"] = new string('a', 64) + "@example.test"),
        Accepted("locale with script", job => job["recipient"]!["locale"] = "sr-Latn-RS"),
        Accepted("expiry with offset and fraction", job => job["expires"] = "2026-12-31T23:59:59.1234567+05:30"),
        Accepted("fields of every type", job => job["fields"] = JsonNode.Parse("""{"a":1,"b":-1.50,"c":true,"d":"x\ny\tz","e":[1,"2",{"f":[]}],"_g":{}}""")),
        Accepted("deepest fields", job => job["fields"] = Nested(8)),

        Refused("no version", MissingField, "version is absent: this release reads 1", job => Remove(job, "version")),
        Refused("version as text", InvalidField, "version is a text: give the number 1", job => job["version"] = "1"),
        Refused("version 2", UnknownVersion, "version 2 is unknown: this release reads 1", job => { job["version"] = 2; job["new"] = 1; }),
        Refused("version 1.5", UnknownVersion, "version 1.5 is unknown: this release reads 1", job => job["version"] = 1.5),
        Refused("unknown field", UnknownField,
            "subject is not a field of the contract: a version 1 message has version, id, batch, issuer, kind, document, recipient, template, fields, encryption, expires",
            job => job["subject"] = "x"),
        Refused("field with other case", UnknownField,
            "Id is not a field of the contract: a version 1 message has version, id, batch, issuer, kind, document, recipient, template, fields, encryption, expires",
            job => { Remove(job, "id"); job["Id"] = "1"; }),
        Refused("unknown field with a line break", UnknownField,
            "recipient.\"a\\u000ab\" is not a field of the contract: recipient has email, name, locale",
            job => job["recipient"]!["a\nb"] = "x"),
        Refused("unknown field of recipient", UnknownField, "recipient.mail is not a field of the contract: recipient has email, name, locale",
            job => job["recipient"]!["mail"] = "x"),
        Refused("unknown field of document", UnknownField, "document.container is not a field of the contract: document has blob, sha256, name",
            job => job["document"]!["container"] = "sealed"),

        Refused("no id", MissingField, "id is absent: it is required", job => Remove(job, "id")),
        Refused("id null", MissingField, "id is absent: it is required", job => job["id"] = null),
        Refused("id empty", MissingField, "id is empty: it is required", job => job["id"] = ""),
        Refused("id a number", InvalidField, "id is a number: give a text", job => job["id"] = 123),
        Refused("id too long", OversizedField, "id has 65 characters: at most 64", job => job["id"] = new string('a', 65)),
        Refused("id with a slash", InvalidField, $"id \"a/b\" {NotAnId}", job => job["id"] = "a/b"),
        Refused("id with a dot first", InvalidField, $"id \".a\" {NotAnId}", job => job["id"] = ".a"),
        Refused("id not ASCII", InvalidField, $"id \"č1\" {NotAnId}", job => job["id"] = "č1"),
        Refused("id with a line break", UnsafeHeader, "id holds the control character U+000A: send one line of plain text", job => job["id"] = "000123\n"),
        Refused("batch empty", InvalidField, "batch is empty: leave it out", job => job["batch"] = ""),
        Refused("batch null", InvalidField, "batch is null: leave it out", job => job["batch"] = null),
        Refused("batch with a header", UnsafeHeader, "batch holds the control character U+000D: send one line of plain text", job => job["batch"] = "2026\r\nBcc: x@y.test"),
        Refused("batch with a space", InvalidField, $"batch \"October 2026\" {NotAnId}", job => job["batch"] = "October 2026"),
        Refused("no issuer", MissingField, "issuer is absent: it is required", job => Remove(job, "issuer")),
        Refused("issuer in capitals", InvalidField, "issuer \"NorthBank\" is not an issuer's id: a–z 0–9 - only", job => job["issuer"] = "NorthBank"),
        Refused("no kind", MissingField, "kind is absent: it is required", job => Remove(job, "kind")),
        Refused("kind notice", InvalidField, "kind \"notice\" is sent by this system only: use statement, code or message", job => job["kind"] = "notice"),
        Refused("unknown kind", InvalidField, "kind \"Statement\" is unknown: use statement, code or message", job => job["kind"] = "Statement"),

        Refused("statement without document", MissingField, "document is absent: a statement has one", job => Remove(job, "document")),
        Refused("code with document", InvalidField, "document does not go with kind code: leave it out, or use kind message", job => job["kind"] = "code"),
        Refused("document a text", InvalidField, "document is a text: give an object", job => job["document"] = "2026-10/000123.pdf"),
        Refused("document null", InvalidField, "document is null: give an object", job => job["document"] = null),
        Refused("no blob", MissingField, "document.blob is absent: it is required", job => Remove(job["document"]!, "blob")),
        Refused("blob empty", MissingField, "document.blob is empty: it is required", job => job["document"]!["blob"] = ""),
        Blob("/000123.pdf", "begins with a slash: give the name inside the statements container"),
        Blob("../sealed/a.pdf", "has a segment that ends in a dot: it would lead out of the statements container, or nowhere"),
        Blob("a/../../sealed/a.pdf", "has a segment that ends in a dot: it would lead out of the statements container, or nowhere"),
        Blob("a/./b.pdf", "has a segment that ends in a dot: it would lead out of the statements container, or nowhere"),
        Blob("a/b.pdf.", "has a segment that ends in a dot: it would lead out of the statements container, or nowhere"),
        Blob("a//b.pdf", "has an empty segment: one slash between two names"),
        Blob("a/", "has an empty segment: one slash between two names"),
        Blob("a\\b.pdf", "holds \\: give the name inside the statements container, not a URL or a path"),
        Blob("a.pdf?sv=1", "holds ?: give the name inside the statements container, not a URL or a path"),
        Blob("a.pdf#1", "holds #: give the name inside the statements container, not a URL or a path"),
        Blob("%2e%2e/sealed/a.pdf", "holds %: give the name inside the statements container, not a URL or a path"),
        Blob("https://bank.test/a.pdf", "holds :: give the name inside the statements container, not a URL or a path"),
        Refused("blob with a line break", DocumentNotAllowed, "document.blob \"a\\u000ab.pdf\" holds a control character", job => job["document"]!["blob"] = "a\nb.pdf"),
        Refused("blob too long", DocumentNotAllowed, $"document.blob \"{new string('a', 80)}…\" is longer than 1024 characters", job => job["document"]!["blob"] = new string('a', 1025)),
        Refused("too many blob segments", DocumentNotAllowed, $"document.blob \"{Repeat("a/", 40)}…\" has more than 254 segments", job => job["document"]!["blob"] = Repeat("a/", 254) + "a"),
        Refused("no hash", MissingField, "document.sha256 is absent: it is required", job => Remove(job["document"]!, "sha256")),
        Refused("hash too short", InvalidField, "document.sha256 is not a SHA-256: give the blob's as 64 hex digits", job => job["document"]!["sha256"] = new string('a', 63)),
        Refused("hash in Base64", InvalidField, "document.sha256 is not a SHA-256: give the blob's as 64 hex digits", job => job["document"]!["sha256"] = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="),
        Refused("no file name", MissingField, "document.name is absent: it is required", job => Remove(job["document"]!, "name")),
        FileName("a.exe", "is not a PDF's file name: give one that ends in .pdf and begins with neither dot nor space"),
        FileName(".pdf", "is not a PDF's file name: give one that ends in .pdf and begins with neither dot nor space"),
        FileName(" a.pdf", "is not a PDF's file name: give one that ends in .pdf and begins with neither dot nor space"),
        FileName("../a.pdf", "holds /: give a file name that every system can store"),
        FileName("c:\\a.pdf", "holds :: give a file name that every system can store"),
        Refused("file name with a quote", InvalidField, "document.name \"a\"b.pdf\" holds \": give a file name that every system can store", job => job["document"]!["name"] = "a\"b.pdf"),
        Refused("file name with a header", UnsafeHeader, "document.name holds the control character U+000D: send one line of plain text", job => job["document"]!["name"] = "a\r\nBcc: x@y.test\r\n.pdf"),
        Refused("file name that reads backwards", UnsafeHeader, "document.name holds the control character U+202E: send one line of plain text", job => job["document"]!["name"] = "statement\u202Efdp.pdf"),
        Refused("file name too long", OversizedField, "document.name has 151 characters: at most 150", job => job["document"]!["name"] = new string('a', 147) + ".pdf"),

        Refused("no recipient", MissingField, "recipient is absent: it is required", job => Remove(job, "recipient")),
        Refused("recipient a text", InvalidField, "recipient is a text: give an object", job => job["recipient"] = "jana@example.test"),
        Refused("no address", MissingField, "recipient.email is absent: it is required", job => Remove(job["recipient"]!, "email")),
        Address("bob@", "nothing after the @"),
        Address("@example.test", "nothing before the @"),
        Address("bob", "no @"),
        Address("bob@@example.test", "more than one @"),
        Address("bob@localhost", "the domain has no dot"),
        Address("bob@[192.0.2.1]", "an address literal is not accepted, give a domain"),
        Address("bob@192.0.2.1", "an IP address is not accepted, give a domain"),
        Address("bob@exa mple.test", "the domain is not a host name"),
        Address("bob@-example.test", "the domain is not a host name"),
        Address("bob@example..test", "a dot in the domain must stand between two labels"),
        Address("bob@example.test.", "a dot in the domain must stand between two labels"),
        Address(".bob@example.test", "a dot before the @ must stand between two other characters"),
        Address("bob smith@example.test", "a space cannot stand before the @"),
        Address("Bob <bob@example.test>", "give the bare address, without a name and angle brackets"),
        Address("bob@example.test, eve@example.test", "one address only, without , or ;"),
        Address("bob(x)@example.test", "comments are not accepted"),
        Refused("address with a quoted local part", InvalidAddress, "recipient.email is not an address: a quoted local part is not accepted",
            job => job["recipient"]!["email"] = "\"bob smith\"@example.test"),
        Refused("address with dots in a row", InvalidAddress, "recipient.email is not an address: a dot before the @ must stand between two other characters",
            job => job["recipient"]!["email"] = "bob..b@example.test"),
        Refused("address with an underscore in its domain", InvalidAddress, "recipient.email is not an address: the domain is not a host name",
            job => job["recipient"]!["email"] = "bob@a_b.test", schemaCanTell: false),
        Refused("address with a zero-width space", InvalidAddress, "recipient.email is not an address: U+200B cannot stand before the @",
            job => job["recipient"]!["email"] = "bo\u200Bb@example.test", schemaCanTell: false),
        Refused("address with a long local part", InvalidAddress, "recipient.email is not an address: more than 64 octets before the @",
            job => job["recipient"]!["email"] = new string('a', 65) + "@example.test", schemaCanTell: false),
        Refused("address with a header", UnsafeHeader, "recipient.email holds the control character U+000D: send one line of plain text",
            job => job["recipient"]!["email"] = "bob@example.test\r\nBcc: eve@example.test"),
        Refused("address too long", OversizedField, "recipient.email has 255 characters: at most 254", job => job["recipient"]!["email"] = "a@" + Repeat("aaaaaaaa.", 27) + "a.testtest"),
        Refused("address of too many octets", OversizedField, "recipient.email is longer than 254 octets", job => job["recipient"]!["email"] = "a@" + Repeat("áá.", 60) + "test", schemaCanTell: false),
        Refused("name empty", InvalidField, "recipient.name is empty: leave it out", job => job["recipient"]!["name"] = ""),
        Refused("name too long", OversizedField, "recipient.name has 201 characters: at most 200", job => job["recipient"]!["name"] = new string('a', 201)),
        Refused("name with a header", UnsafeHeader, "recipient.name holds the control character U+000A: send one line of plain text", job => job["recipient"]!["name"] = "Jana\nBcc: x@y.test"),
        Refused("name with NUL", UnsafeHeader, "recipient.name holds the control character U+0000: send one line of plain text", job => job["recipient"]!["name"] = "Jana\0"),
        Refused("name with a line separator", UnsafeHeader, "recipient.name holds the control character U+2028: send one line of plain text", job => job["recipient"]!["name"] = "Jana\u2028x"),
        Refused("locale with underscore", InvalidField, "recipient.locale \"cs_CZ\" is not a BCP 47 tag: write it like cs-CZ", job => job["recipient"]!["locale"] = "cs_CZ"),
        Refused("locale of one letter", InvalidField, "recipient.locale \"c\" is not a BCP 47 tag: write it like cs-CZ", job => job["recipient"]!["locale"] = "c"),
        Refused("locale as a path", InvalidField, "recipient.locale \"../cs\" is not a BCP 47 tag: write it like cs-CZ", job => job["recipient"]!["locale"] = "../cs"),

        Refused("template as a path", InvalidField, "template \"../other/statement\" is not a template's name: A–Z a–z 0–9 _ - only, a letter or digit first", job => job["template"] = "../other/statement"),
        Refused("unknown encryption", InvalidField, "encryption \"optional\" is unknown: use required, preferred or never", job => job["encryption"] = "optional"),
        Expiry("2026-12-31"),
        Expiry("2026-12-31T00:00:00"),
        Expiry("31.12.2026 00:00"),
        Expiry("2026-12-31T24:00:00Z"),
        Expiry("2026-12-31T00:00:00+15:00"),
        Expiry("2026-12-31 00:00:00Z"),
        Refused("expiry on a day that is none", InvalidField, "expires \"2026-02-30T00:00:00Z\" is not a time: write it like 2026-12-31T00:00:00Z or 2026-12-31T00:00:00+01:00",
            job => job["expires"] = "2026-02-30T00:00:00Z", schemaCanTell: false),
        Refused("expiry a number", InvalidField, "expires is a number: give a text", job => job["expires"] = 1798675200),

        Refused("fields a list", InvalidField, "fields is a list: give an object", job => job["fields"] = new JsonArray()),
        Refused("field null", InvalidField, "fields.a is null: leave it out", job => job["fields"] = new JsonObject { ["a"] = null }),
        Refused("field in a list null", InvalidField, "fields.a[1] is null: leave it out", job => job["fields"] = JsonNode.Parse("""{"a":[1,null]}""")),
        Refused("field name with a dot", InvalidField, "fields has the name \"a.b\": a letter or _, then letters, digits and _, at most 64", job => job["fields"] = new JsonObject { ["a.b"] = 1 }),
        Refused("field with an escape", InvalidField, "fields.a.b holds the control character U+001B: remove it", job => job["fields"] = JsonNode.Parse("""{"a":{"b":"\u001b[2J"}}""")),
        Refused("field with a number too large", InvalidField, "fields.a is a number that a decimal cannot hold: send it as text", job => job["fields"] = JsonNode.Parse("""{"a":1e40}""")),
        Refused("too many fields", OversizedField, "fields has more than 500 items", job => job["fields"] = new JsonObject(Enumerable.Range(0, 501).Select(i => KeyValuePair.Create($"f{i}", (JsonNode?)i)))),
        Refused("too long a list", OversizedField, "fields.a has more than 500 items", job => job["fields"] = new JsonObject { ["a"] = new JsonArray([.. Enumerable.Range(0, 501).Select(i => (JsonNode)i)]) }),
        Refused("fields too deep", OversizedField, "fields.a.a.a.a.a.a.a.a is nested deeper than 8 levels", job => job["fields"] = Nested(9), schemaCanTell: false),
    ];

    private static JobCase Blob(string blob, string problem) =>
        Refused($"blob {blob}", DocumentNotAllowed, $"document.blob \"{blob}\" {problem}", job => job["document"]!["blob"] = blob);

    private static JobCase FileName(string name, string problem) =>
        Refused($"file name {name}", InvalidField, $"document.name \"{name}\" {problem}", job => job["document"]!["name"] = name);

    private static JobCase Address(string address, string problem) =>
        Refused($"address {address}", InvalidAddress, $"recipient.email is not an address: {problem}", job => job["recipient"]!["email"] = address);

    private static JobCase Expiry(string text) =>
        Refused($"expiry {text}", InvalidField, $"expires \"{text}\" is not a time: write it like 2026-12-31T00:00:00Z or 2026-12-31T00:00:00+01:00", job => job["expires"] = text);

    private static void Remove(JsonNode from, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            from.AsObject().Remove(name);
    }

    private static JsonObject Nested(int depth) => depth == 1 ? [] : new JsonObject { ["a"] = Nested(depth - 1) };

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
