using System.Text.Json.Nodes;

namespace MeSign.Statements.Tests.Intake;

/// <summary>One job of the contract's table: a good job with one thing changed, and what must become of it.</summary>
/// <param name="Code">The failure; null for a good job.</param>
/// <param name="Detail">The failure's whole message.</param>
/// <param name="SchemaCanTell">False where JSON Schema has no words for the rule.</param>
public sealed record JobCase(string Name, string Json, FailureCode? Code, string? Detail, bool SchemaCanTell)
{
    public override string ToString() => Name;

    public static JsonObject Good() => JsonNode.Parse(
        """
        {
          "version": 1, "id": "000123", "batch": "2026-10", "issuer": "northbank", "kind": "statement",
          "document": {
            "blob": "2026-10/000123.pdf",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "name": "Statement 2026-10.pdf"
          },
          "recipient": { "email": "jana@example.test", "name": "Jana Nováková", "locale": "cs-CZ" },
          "template": "statement", "fields": { "period": "říjen 2026" },
          "encryption": "required", "expires": "2026-12-31T00:00:00Z"
        }
        """)!.AsObject();

    public static JobCase Accepted(string name, Action<JsonObject> change) => Make(name, change, null, null, schemaCanTell: true);

    public static JobCase Refused(string name, FailureCode code, string detail, Action<JsonObject> change, bool schemaCanTell = true) =>
        Make(name, change, code, detail, schemaCanTell);

    private static JobCase Make(string name, Action<JsonObject> change, FailureCode? code, string? detail, bool schemaCanTell)
    {
        var job = Good();
        change(job);
        return new JobCase(name, job.ToJsonString(), code, detail, schemaCanTell);
    }
}
